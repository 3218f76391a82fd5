"""A printed command sends what the harness sent."""

import os
import shutil
import subprocess

import pytest

from conformance.differential import curl
from conformance.hostile import JSON_TYPE, Request
from conformance.reference.server import serving
from conformance.reference.service import Reference
from harness import wire
from harness.wire import exchange

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
        exchange(url, REQUESTS[name].sent([], 0))
        command = ["bash", "-euo", "pipefail", "-c", curl(REQUESTS[name])]
        subprocess.run(command, env={**os.environ, "URL": url}, check=True, capture_output=True, timeout=30)
    sent, by_curl = recorder.received
    assert by_curl == sent
