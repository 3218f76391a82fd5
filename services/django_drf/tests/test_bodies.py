"""What the framework's test client cannot send: bodies in chunks, that end early, that nobody reads."""

import json
import socket
import subprocess

import pytest

Served = tuple[subprocess.Popen[str], int]


def exchange(port: int, *pieces: bytes) -> bytes:
    """Send, end our side of the connection, and read to the end."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        for piece in pieces:
            client.sendall(piece)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(2**16), b""))


def head(request: str, *headers: str) -> bytes:
    return "\r\n".join([f"{request} HTTP/1.1", "Host: x", *headers, "", ""]).encode()


def chunks(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (*pieces, b""))


JSON = "Content-Type: application/json"
LAMP = b'{"name": "Lamp", "price": 19.9}'


def test_a_body_in_chunks(served: Served) -> None:
    post = head("POST /items", JSON, "Transfer-Encoding: chunked")
    answer = exchange(served[1], post, chunks(LAMP[:5], LAMP[5:]))
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["name"] == "Lamp"


def test_a_body_in_chunks_that_is_too_large(served: Served) -> None:
    post = head("POST /items", JSON, "Transfer-Encoding: chunked")
    assert exchange(served[1], post, chunks(*[b" " * 2**16] * 17)).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("framing", "body"),
    [(f"Content-Length: {len(LAMP) + 1}", LAMP), ("Transfer-Encoding: chunked", chunks(LAMP)[:-7])],
    ids=["length", "chunks"],
)
def test_a_body_that_ends_early_changes_nothing(served: Served, framing: str, body: bytes) -> None:
    assert exchange(served[1], head("POST /items", JSON, framing), body).startswith(b"HTTP/1.1 400 ")
    assert exchange(served[1], head("GET /items")).endswith(b"\r\n\r\n[]")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [("POST /nowhere", 404), ("PATCH /items", 405), ("POST /items", 415), ("GET /hello", 200)],
)
def test_a_body_that_nobody_reads_is_not_in_the_way(served: Served, request_line: str, status: int) -> None:
    refused = head(request_line, "Content-Type: text/plain", f"Content-Length: {2**22}") + bytes(2**22)
    answer = exchange(served[1], refused, head("GET /hello"))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert answer.endswith(b'{"message":"Hello, World!"}')
    assert answer.count(b"HTTP/1.1 ") == 2


def test_a_length_that_is_too_large_is_enough(served: Served) -> None:
    answer = exchange(served[1], head("POST /items", JSON, f"Content-Length: {2**30}"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nConnection: close\r\n" in answer


@pytest.mark.parametrize(
    "parameters", [";", "; charset=utf-16", "; charset=bz2_codec", "; a*=x'y'z", '; charset="']
)
def test_parameters_of_the_content_type_change_nothing(served: Served, parameters: str) -> None:
    post = head("POST /echo?limit=1", JSON + parameters, "Content-Length: 2")
    assert exchange(served[1], post, b"[]").endswith(b"\r\n\r\n[]")


def test_many_small_headers_pass(served: Served) -> None:
    assert exchange(served[1], head("GET /hello", *["a:"] * 1000)).startswith(b"HTTP/1.1 200 ")
