"""The server that does nothing. (What k6 reaches against it: test_remote.py.)"""

import socket
from contextlib import closing
from pathlib import Path

import pytest

from harness import k6
from loadtests.measure import generator


def test_it_waits_for_the_rest_of_a_request(tmp_path: Path) -> None:
    with closing(generator.nothing(tmp_path)) as server:
        server.start()
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r")
            client.sendall(b"\n12")
            client.sendall(b"34")
            assert client.recv(1000).endswith(b"\r\n\r\n1234")


def test_a_k6_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K6", "/no/k6")
    with pytest.raises(k6.K6Error, match="K6 names no program: /no/k6"):
        k6.binary()


def test_processor_time_is_read_between_two_readings() -> None:
    assert generator.used_between([(10, 0), (12, 1), (13, 3)], 11, 13) == 2.5
