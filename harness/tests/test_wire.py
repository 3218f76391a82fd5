"""What goes out is what was given, and what comes back is read strictly."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import h11
import pytest

from harness.tests.fakes import listening
from harness.wire import Answer, Client, NoAnswerError, Request, everywhere, exchange

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def served(reply: bytes, request: Request) -> tuple[Answer | None, bytes]:
    """Answer it with these bytes, and say what came in until its end was seen."""
    received: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        connection.settimeout(10)
        while not (request.body in (sent := b"".join(received)) and b"\r\n\r\n" in sent):
            received.append(connection.recv(65_536))
        connection.sendall(reply)

    with listening(answer) as url:
        return exchange(url, request), b"".join(received)


def test_a_body_and_its_length_go_out_and_a_host_that_is_given_is_the_only_one() -> None:
    answer, sent = served(OK, Request("POST", "/echo?x=%zz", ("X: y",), b"[\xff]", "length"))
    assert sent.startswith(b"POST /echo?x=%zz HTTP/1.1\r\nHost: 127.0.0.1:")
    assert sent.endswith(b"\r\nX: y\r\nContent-Length: 3\r\n\r\n[\xff]")
    assert answer
    assert (answer.status, answer.json()) == (200, {})
    _, sent = served(OK, Request("GET", "/", ("Host: example.org",)))
    assert sent.lower().count(b"host:") == 1


def test_only_a_whole_chunked_body_has_a_last_chunk() -> None:
    request = Request("POST", "/", (), b"x" * 70_000, "chunked")
    body = b"".join(request.payload())
    assert body.startswith(b"10000\r\nxxx")
    assert body.endswith(b"xxx\r\n0\r\n\r\n")
    assert b"".join(replace(request, framing="short chunked").payload()) == body.removesuffix(b"0\r\n\r\n")


def test_bytes_after_the_end_are_kept_and_a_close_without_an_answer_is_none() -> None:
    answer, _ = served(OK + b"stray", Request("HEAD", "/"))
    assert answer
    assert (answer.body, answer.stray) == (b"", b"{}stray")
    assert served(b"", Request("GET", "/"))[0] is None


@pytest.mark.parametrize(("length", "why"), [("x", "Content-Length"), ("4", "more than 3 bytes")])
def test_an_answer_that_is_not_http_or_has_no_end_is_an_error(
    monkeypatch: pytest.MonkeyPatch, length: str, why: str
) -> None:
    monkeypatch.setattr("harness.wire.LARGEST", 3)
    with pytest.raises(h11.RemoteProtocolError, match=why):
        served(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n[10]".encode(), Request("GET", "/"))


@pytest.mark.parametrize("body", [b"NaN", b'{"a": 1, "a": 2}', b"\xff", b"\xef\xbb\xbf{}", b""])
def test_an_answer_is_strict_json(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever it is
        Answer(200, (), body).json()


@pytest.fixture
def counting() -> Iterator[str]:
    """Each answer has the number of the connection and what was sent; some of that ends the connection."""
    connections = count(1)

    def answer(connection: socket.socket) -> None:
        number, size, file = next(connections), 0, connection.makefile("rb")
        for line in file:
            if line.startswith(b"Content-Length: "):
                size = int(line.split()[1])
            if line == b"\r\n":
                sent = file.read(size)
                if sent == b'"hang up"':
                    return
                body = b"[%d, %b]" % (number, sent)
                status = b"410 Gone\r\nConnection: close" if sent == b'"the last"' else b"200 OK"
                connection.sendall(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))

    with listening(answer) as url:
        yield url


def test_a_client_keeps_its_connection_until_it_is_told_otherwise(counting: str) -> None:
    with Client(counting) as client:
        assert [client.send("POST", "/", n).json() for n in (1, 2)] == [[1, 1], [1, 2]]
        assert client.send("POST", "/", "the last").status == 410
        assert client.send("POST", "/", 3).json() == [2, 3]
    with Client(counting, reuse=False) as client:
        assert [client.send("POST", "/", n).json() for n in (1, 2)] == [[3, 1], [4, 2]]


def test_a_client_is_told_of_no_answer_and_goes_on(counting: str) -> None:
    with Client(counting) as client:
        with pytest.raises(NoAnswerError, match="POST /: "):
            client.send("POST", "/", "hang up")
        assert client.send("POST", "/", 1).json() == [2, 1]
    with Client("http://127.0.0.1:9") as client, pytest.raises(NoAnswerError, match="ConnectionRefusedError"):
        client.send("GET", "/hello")


def test_what_every_request_has_takes_the_place_of_its_own() -> None:
    request = Request("GET", "/hello", ("authorization: none", "X: y"))
    with everywhere("/v1/", ["Authorization: Bearer key"]):
        lines = request.head("x", close=False).decode().splitlines()
    assert lines == ["GET /v1/hello HTTP/1.1", "Host: x", "X: y", "Authorization: Bearer key", ""]
    assert request.head("x", close=False).startswith(
        b"GET /hello HTTP/1.1\r\nHost: x\r\nauthorization: none\r\n"
    )
