"""A command sends the very request; a script creates what the last of its requests needs."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence

import pytest

from conformance import curl
from conformance.case import Sent
from conformance.reference.server import serving
from conformance.reference.service import Reference
from harness.wire import Answer, Request, exchange

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")

TYPED = ("Content-Type: application/json",)
BODY = b'{"name": "Lamp", "price": 1}'
POST = Request("POST", "/items", TYPED, BODY, "length")
REQUESTS = {
    "a plain item": POST,
    "a quote and a dollar": Request("PUT", "/items/1", TYPED, b"""{"a": "'$HOME'"}""", "length"),
    "an at sign": Request("POST", "/echo", TYPED, b"@/etc/hostname", "length"),
    "letters": Request("POST", "/echo", TYPED, '["é", "e\u0301"]'.encode(), "length"),
    "bytes": Request("POST", "/echo", TYPED, b"\x00\xff\xfe%d\\n'\n\"", "length"),
    "nothing": Request("POST", "/echo", TYPED, b"", "length"),
    "a mebibyte": Request("POST", "/echo", TYPED, BODY + b" " * 2**20, "length"),
    "levels": Request("POST", "/echo", TYPED, b'{"a":' * 1000 + b"1" + b"}" * 1000, "length"),
    "chunks": Request("POST", "/echo", TYPED, BODY, "chunked"),
    "no type": Request("POST", "/echo", (), BODY, "length"),
    "an empty type": Request("POST", "/echo", ("Content-Type:",), BODY, "length"),
    "HEAD": Request("HEAD", "/items"),
    "a method with no body": Request("PATCH", "/items/3"),
    "an odd path": Request("GET", "//items/../[1]/%2e?limit=1&after=1"),
    "a header": Request("GET", "/items", ('If-Match: "a"', "Cookie: a=b; c=d")),
}


class Recorder(Reference):
    body_max = 2**21

    def __init__(self) -> None:
        super().__init__()
        self.received: list[object] = []

    def answer(self, request: Request) -> Answer:
        names = ("Content-Type", "Content-Length", "Transfer-Encoding", "If-Match", "Cookie")
        headers = [(name, request.header(name)) for name in names]
        self.received.append((request.method, request.target, headers, request.body))
        return self.reply(204)


def run(lines: Sequence[str], url: str = "") -> str:
    command = ["bash", "-euo", "pipefail", "-c", "\n".join(lines)]
    env = {**os.environ, "URL": url}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=30).stdout


def test_a_command_sends_the_request() -> None:
    recorder = Recorder()
    with serving(recorder) as url:
        for request in REQUESTS.values():
            exchange(url, request)
        run([curl.command(request, {}) for request in REQUESTS.values()], url)
    sent, by_curl = recorder.received[: len(REQUESTS)], recorder.received[len(REQUESTS) :]
    assert [name for name, direct, copy in zip(REQUESTS, sent, by_curl, strict=True) if direct != copy] == []


@pytest.fixture
def used() -> Iterator[str]:
    """A server whose ids are others than those that the judge saw."""
    item = {"id": 40, "name": "Old", "description": None, "price": 1, "quantity": 0}
    with serving(Reference([item])) as url:
        yield url


@pytest.mark.parametrize(
    ("last", "body"),
    [
        (Request("GET", "/items/7"), {"id": 42, "name": "Lamp"}),
        (Request("GET", "/items/%37"), {"id": 42, "name": "Lamp"}),
        (Request("GET", "/items?after=7"), [{"id": 43, "name": "Lamp"}, {"id": 44, "name": "Lamp"}]),
        (Request("POST", "/echo", TYPED, b'{"id": 7, "quantity": 7}', "length"), {"id": 42, "quantity": 7}),
    ],
)
def test_a_script_has_ids_of_its_own_and_does_what_creates_nothing_too(
    used: str, last: Request, body: object
) -> None:
    put = Request("PUT", "/items/7", TYPED, b'{"name": "Bulb", "price": 2}', "length")
    assert '"Bulb"' in run(curl.script(used, [Sent(POST, "7"), Sent(put), Sent(Request("GET", "/items/7"))]))
    sent = [*(Sent(POST, str(number)) for number in (7, 8, 9)), Sent(last)]
    script = curl.script(used, sent)
    assert len(script) == 4  # the URL, the item whose id is used, all others in one line, the last request
    answer = json.loads(run(script).split("\n\n")[-1].splitlines()[-1])
    answers = answer if isinstance(answer, list) else [answer]
    kept = [{key: value for key, value in answer.items() if key in str(body)} for answer in answers]
    assert kept == (body if isinstance(body, list) else [body])
