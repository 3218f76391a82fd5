"""What goes out is what was given, and what comes back is read strictly."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread

import h11
import pytest

from conformance.wire import Answer, Request, exchange

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Served = Callable[[bytes, Request], tuple[Answer | None, bytes]]


@pytest.fixture
def served() -> Iterator[Served]:
    """Answer one request with these bytes, and say what came in until its end was seen."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(reply: bytes, request: Request) -> tuple[Answer | None, bytes]:
            received: list[bytes] = []
            thread = Thread(target=_one, args=(server, reply, request.body, received))
            thread.start()
            try:
                return exchange(f"http://127.0.0.1:{server.getsockname()[1]}", request), b"".join(received)
            finally:
                thread.join()

        yield serve


def _one(server: socket.socket, reply: bytes, end: bytes, received: list[bytes]) -> None:
    connection, _ = server.accept()
    with connection:
        connection.settimeout(10)
        while not (end in (sent := b"".join(received)) and b"\r\n\r\n" in sent):
            received.append(connection.recv(65_536))
        connection.sendall(reply)


def test_a_body_and_its_length_go_out(served: Served) -> None:
    answer, sent = served(OK, Request("POST", "/echo?x=%zz", ("X: y",), b"[\xff]", "length"))
    assert sent.startswith(b"POST /echo?x=%zz HTTP/1.1\r\nHost: 127.0.0.1:")
    assert sent.endswith(b"\r\nX: y\r\nContent-Length: 3\r\n\r\n[\xff]")
    assert answer
    assert (answer.status, answer.json()) == (200, {})


def test_only_a_whole_chunked_body_has_a_last_chunk() -> None:
    request = Request("POST", "/", (), b"x" * 70_000, "chunked")
    body = b"".join(request.payload())
    assert body.startswith(b"10000\r\nxxx")
    assert body.endswith(b"xxx\r\n0\r\n\r\n")
    assert b"".join(replace(request, framing="short chunked").payload()) == body.removesuffix(b"0\r\n\r\n")


def test_a_host_that_is_given_is_the_only_one(served: Served) -> None:
    _, sent = served(OK, Request("GET", "/", ("Host: example.org",)))
    assert sent.lower().count(b"host:") == 1


def test_a_close_without_an_answer_is_none(served: Served) -> None:
    assert served(b"", Request("GET", "/"))[0] is None


def test_bytes_after_the_end_are_kept(served: Served) -> None:
    answer, _ = served(OK + b"stray", Request("HEAD", "/"))
    assert answer
    assert (answer.body, answer.stray) == (b"", b"{}stray")


def test_an_answer_that_is_not_http_is_an_error(served: Served) -> None:
    with pytest.raises(h11.RemoteProtocolError):
        served(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", Request("GET", "/"))


@pytest.mark.parametrize("body", [b"NaN", b'{"a": 1, "a": 2}', b"\xff", b"\xef\xbb\xbf{}", b""])
def test_an_answer_is_strict_json(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever it is
        Answer(200, (), body).json()
