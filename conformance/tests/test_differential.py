"""The differential test finds what differs, makes it short, and says it in commands that send the same."""

import os
import shutil
import subprocess

import pytest

from conformance.differential import curl, difference
from conformance.hostile import JSON_TYPE, Request
from conformance.mutants.faults import FAULTS
from conformance.reference.server import serving
from conformance.reference.service import Reference
from harness import wire

LAMP = {"id": 7, "name": "Lamp", "description": None, "price": 19.9, "quantity": 0}


def test_items_that_were_there_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.differential.EXAMPLES_SHORT", 5)
    reference = Reference([LAMP])
    with serving(reference) as url:
        assert difference(url, short=True) is None
    assert reference.items == {7: LAMP}


@pytest.mark.parametrize(
    ("fault", "most", "last", "rule"),
    [
        ("the greeting has no comma", 1, '-X GET "$URL"/hello', "declared"),
        ("PUT answers the new item and keeps the old one", 3, '-X GET "$URL"/items', "list-order"),
    ],
)
def test_a_difference_is_made_short(fault: str, most: int, last: str, rule: str) -> None:
    reference = Reference()
    FAULTS[fault](reference)
    with serving(reference) as url:
        found = difference(url)
    assert found is not None
    assert len(found.steps) <= most
    assert last in str(found.steps[-1])
    assert str(found).splitlines()[-1].startswith("    wrong: ")
    assert rule in found.rules


BODY = b'{"name": "Lamp"}'
REQUESTS = {
    "a plain item": Request("POST", "/items", headers=(JSON_TYPE,), body=BODY),
    "a quote and a dollar": Request("PUT", "/items/{id}", headers=(JSON_TYPE,), body=b"""{"a": "'$HOME'"}"""),
    "an at sign": Request("POST", "/echo", headers=(JSON_TYPE,), body=b"@/etc/hostname"),
    "bytes": Request("POST", "/echo", headers=(JSON_TYPE,), body=b"\x00\xff\xfe%d\\n'\n"),
    "nothing": Request("POST", "/echo", headers=(JSON_TYPE,), body=b""),
    "padding": Request("POST", "/echo", headers=(JSON_TYPE,), body=BODY, padding=2**20),
    "chunks": Request("POST", "/echo", headers=(JSON_TYPE,), body=BODY, chunked=True),
    "no type": Request("POST", "/echo", body=BODY),
    "HEAD": Request("HEAD", "/items"),
    "a method with no body": Request("PATCH", "/items/{id}", item=3),
    "an odd path": Request("GET", "//items/../[1]/%2e?limit=1&after={id}"),
    "a header": Request("GET", "/items", headers=('If-Match: "a"', "Cookie: a=b; c=d")),
}


class Recorder(Reference):
    body_max = 2**21

    def __init__(self) -> None:
        super().__init__()
        self.received: list[object] = []

    def answer(self, request: wire.Request) -> wire.Answer:
        names = ("Content-Type", "Content-Length", "Transfer-Encoding", "If-Match", "Cookie")
        headers = [(name, request.header(name)) for name in names]
        self.received.append((request.method, request.target, headers, request.body))
        return self.reply(204)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("name", REQUESTS)
def test_a_command_sends_the_request(name: str) -> None:
    recorder = Recorder()
    with serving(recorder) as url:
        wire.exchange(url, REQUESTS[name].sent([], 0))
        command = ["bash", "-euo", "pipefail", "-c", curl(REQUESTS[name])]
        subprocess.run(command, env={**os.environ, "URL": url}, check=True, capture_output=True, timeout=30)
    sent, by_curl = recorder.received
    assert by_curl == sent
