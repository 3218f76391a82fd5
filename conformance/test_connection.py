"""A refused request's body is no request: what follows on the connection is answered by itself, or not."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from conformance.answers import every_answer
from harness.wire import TIMEOUT, Reader, Request, conversation, exchange

TYPED = ("Content-Type: application/json",)
HELLO = Request("GET", "/hello")
ITEM = b'{"name": "Lamp", "price": 1}'


def smuggling(item_id: int) -> bytes:
    """A body that is a request, should anyone read it as one."""
    return f"DELETE /items/{item_id} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.mark.case("a body that looks like a request")
@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("POST", "/echo", TYPED),
        ("POST", "/items", TYPED),
        ("POST", "/items", ("Content-Type: text/plain",)),
        ("PUT", "/items/9007199254740991", ()),
        ("POST", "/nope", TYPED),
        ("PATCH", "/items", TYPED),
        ("OPTIONS", "/items", ()),
        ("GET", "/hello", ()),
        ("DELETE", "/items/9007199254740991", ()),
    ],
)
def test_a_body_that_looks_like_a_request(
    url: str, method: str, target: str, headers: tuple[str, ...], framing: str
) -> None:
    created = exchange(url, Request("POST", "/items", TYPED, ITEM, "length"))
    assert created is not None
    item_id = created.json()["id"]
    try:
        first = Request(method, target, headers, smuggling(item_id), framing)
        refused, answer = conversation(url, [first, HELLO])
        assert refused is not None
        assert list(every_answer(first, refused)) == []
        if answer is not None:  # else the connection was closed, which is as good
            assert (answer.status, answer.json()) == (200, {"message": "Hello, World!"})
    finally:
        deleted = exchange(url, Request("DELETE", f"/items/{item_id}"))
    assert deleted is not None
    assert deleted.status == 204, "the body was read as a request"


@pytest.mark.case("a body that comes when the answer has begun")
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_body_that_comes_when_the_answer_has_begun(url: str, framing: str) -> None:
    """To close at once would reset the connection, and what the client has not read yet would be lost."""
    large = json.dumps({"name": "Lamp", "description": "é" * 1000, "price": 1}).encode()
    made = [exchange(url, Request("POST", "/items", TYPED, large, "length")) for _ in range(200)]
    ids = [answer.json()["id"] for answer in made if answer is not None]
    page = Request("GET", f"/items?limit=200&after={ids[0]}", (), b"x" * 16, framing)
    parts = urlsplit(url)
    try:
        with socket.socket() as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # the most of it stays behind
            connection.settimeout(TIMEOUT)
            connection.connect((parts.hostname or "", parts.port or 80))
            connection.sendall(page.head(parts.netloc, close=True))
            begun = connection.recv(1)
            connection.sendall(b"".join(page.payload()))
            answer = Reader(connection, "GET", begun).answer()
    finally:
        for item_id in ids:
            exchange(url, Request("DELETE", f"/items/{item_id}"))
    assert answer is not None
    assert [item["id"] for item in answer.json()] == ids[1:]


@pytest.mark.case("requests on one connection")
def test_requests_on_one_connection(url: str) -> None:
    after_errors = [
        Request("GET", "/nope"),
        Request("POST", "/echo", TYPED, b"{", "length"),
        Request("POST", "/items", TYPED, b"{}", "chunked"),
        Request("HEAD", "/items/9007199254740991"),
        HELLO,
    ]
    statuses = [answer and answer.status for answer in conversation(url, after_errors)]
    closed = statuses.index(None) if None in statuses else len(statuses)
    assert statuses == [404, 400, 422, 404, 200][:closed] + [None] * (len(statuses) - closed)
    assert closed > 0


@pytest.mark.case("headers of 4 KiB")
def test_headers_of_4_kib(url: str) -> None:
    answer = exchange(url, Request("GET", "/hello", tuple(f"X-{number}: {'a' * 56}" for number in range(64))))
    assert answer is not None
    assert answer.status == 200


@pytest.mark.case("headers of 1 MiB")
@pytest.mark.parametrize(("count", "size"), [(1, 2**20), (2**14, 60)])
def test_headers_of_1_mib(url: str, count: int, size: int) -> None:
    answer = exchange(
        url, Request("GET", "/hello", tuple(f"X-{number}: {'a' * size}" for number in range(count)))
    )
    assert answer is None or 400 <= answer.status < 500
