"""The server that does nothing, and what k6 reaches against it."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from loadtests.runner import ceiling

K6 = Path(sys.executable).with_name("k6")


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with closing(ceiling.server_in(tmp_path)) as server:
        server.start()
        yield server.port


def test_it_greets_and_sends_a_body_back_on_one_connection(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    for method, body, answer in [
        ("GET", None, b'{"message":"Hello, World!"}'),
        ("POST", b"[1, 2]", b"[1, 2]"),
        ("GET", None, b'{"message":"Hello, World!"}'),
    ]:
        connection.request(method, "/", body)
        assert connection.getresponse().read() == answer
    connection.close()


def test_it_waits_for_the_rest_of_a_request(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r")
        client.sendall(b"\n12")
        client.sendall(b"34")
        assert client.recv(1000).endswith(b"\r\n\r\n1234")


def test_k6_finds_its_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceiling, "SECONDS", 1)
    ceilings = ceiling.measured(str(K6))
    assert list(ceilings) == ["hello", "echo"]
    assert min(ceilings.values()) > 0


def test_a_sigterm_to_a_program_that_starts_one_ends_both(tmp_path: Path) -> None:
    program = f"""
from pathlib import Path
from harness.process import started
with started(["sleep", "600"], Path({str(tmp_path / "log")!r})) as process:
    print(process.pid, flush=True)
    process.wait()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.terminate()
    assert parent.returncode == 128 + 15
    assert not Path(f"/proc/{pid}").exists()
