"""What is sent over a connection, byte by byte: no body is a request, and no answer is lost."""

import json
import select
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit

import h11

from conformance.answers import every_answer
from conformance.case import Complaint, Subject, case, differs
from conformance.script import TYPED
from harness.wire import TIMEOUT, Answer, Reader, Request, conversation, exchange

HELLO = Request("GET", "/hello")
ITEM = b'{"name": "Lamp", "price": 1}'
POST = Request("POST", "/items", TYPED, ITEM, "length")
PAUSE = 0.3  # seconds in which a server can answer that does not wait for a body
NO_ITEM = "/items/9007199254740991"


@contextmanager
def connected(url: str, buffer: int = 0) -> Iterator[socket.socket]:
    parts = urlsplit(url)
    with closing(socket.socket()) as connection:
        if buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(TIMEOUT)
        connection.connect((parts.hostname or "", parts.port or 80))
        yield connection


@contextmanager
def item(url: str) -> Iterator[int]:
    """An item that is there, and gone afterwards if it is not gone already."""
    created = exchange(url, POST)
    if created is None:
        raise ValueError("POST /items: no answer")
    item_id: int = created.json()["id"]
    try:
        yield item_id
    finally:
        exchange(url, Request("DELETE", f"/items/{item_id}"))


def status(answer: Answer | None) -> int | None:
    return None if answer is None else answer.status


def there(url: str, item_id: int) -> Iterator[Complaint]:
    found = status(exchange(url, Request("GET", f"/items/{item_id}")))
    if found != 200:
        yield Complaint(f"GET /items/{item_id} is {found}: the body was read as a request")


def gone(url: str, created: Answer | None) -> Iterator[Complaint]:
    """What was created is there, and can be deleted."""
    if created is not None and created.status == 201:
        deleted = exchange(url, Request("DELETE", f"/items/{created.json()['id']}"))
        yield from differs(status(deleted), 204, "the status of a DELETE of the item")


def smuggled(item_id: int) -> bytes:
    """A body that is a request, should anyone read it as one."""
    return f"DELETE /items/{item_id} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@case(
    "a body that looks like a request",
    "connection",
    each=[
        (method, target, headers, framing)
        for framing in ("length", "chunked")
        for method, target, headers in [
            ("POST", "/echo", TYPED),
            ("POST", "/items", TYPED),
            ("POST", "/items", ("Content-Type: text/plain",)),
            ("PUT", NO_ITEM, ()),
            ("POST", "/nope", TYPED),
            ("PATCH", "/items", TYPED),
            ("OPTIONS", "/items", ()),
            ("GET", "/hello", ()),
            ("DELETE", NO_ITEM, ()),
        ]
    ],
)
def looks_like_a_request(
    subject: Subject, example: tuple[str, str, tuple[str, ...], str]
) -> Iterator[Complaint]:
    method, target, headers, framing = example
    with item(subject.url) as item_id:
        first = Request(method, target, headers, smuggled(item_id), framing)
        refused, answer = conversation(subject.url, [first, HELLO])
        if refused is None:
            yield Complaint("no answer")
        else:
            yield from every_answer(first, refused)
        if answer is not None:  # else the connection was closed, which is as good
            yield from differs(answer.status, 200, "the next answer on the connection")
        yield from there(subject.url, item_id)


@case("a body that comes when the answer has begun", "connection", each=["length", "chunked"], bare=True)
def comes_late(subject: Subject, framing: str) -> Iterator[Complaint]:
    """To close at once would reset the connection, and what the client has not read yet would be lost."""
    large = json.dumps({"name": "Lamp", "description": "é" * 1000, "price": 1}).encode()
    post = Request("POST", "/items", TYPED, large, "length")
    ids = [answer.json()["id"] for answer in conversation(subject.url, [post] * 200) if answer is not None]
    page = Request("GET", f"/items?limit=200&after={ids[0]}", (), b"x" * 16, framing)
    try:
        with connected(subject.url, buffer=4096) as connection:  # the most of the answer stays behind
            connection.sendall(page.head(urlsplit(subject.url).netloc, close=True))
            answers, _, _ = select.select([connection], [], [], PAUSE)  # or it reads the body first
            begun = connection.recv(1) if answers else b""
            connection.sendall(b"".join(page.payload()))
            answer = Reader(connection, "GET", begun).answer()
    except h11.RemoteProtocolError:
        yield Complaint("the answer breaks off where the server closed while the client was still sending")
        return
    finally:
        conversation(subject.url, [Request("DELETE", f"/items/{item_id}") for item_id in ids])
    found = None if answer is None else [item["id"] for item in answer.json()]
    yield from differs(found, ids[1:], "the ids of the page")


@case("requests on one connection", "connection")
def on_one_connection(subject: Subject) -> Iterator[Complaint]:
    requests = [
        Request("GET", "/nope"),
        Request("POST", "/echo", TYPED, b"{", "length"),
        Request("POST", "/items", TYPED, b"{}", "chunked"),
        Request("HEAD", NO_ITEM),
        HELLO,
    ]
    statuses = [status(answer) for answer in conversation(subject.url, requests)]
    closed = statuses.index(None) if None in statuses else len(statuses)
    yield from differs(statuses[:closed], [404, 400, 422, 404, 200][:closed], "the statuses")
    if not closed:
        yield Complaint("no answer")


@case("a refusal that does not say close keeps the connection", "connection", each=[1_000, 60_000, 120_000])
def keeps_what_it_promises(subject: Subject, size: int) -> Iterator[Complaint]:
    """A proxy sends another client's request over a connection that was not said to close."""
    body = b'{"name": "' + b"x" * size + b'"}'
    for first in (
        Request("POST", "/nope", TYPED, body, "length"),
        Request("PUT", "/items", TYPED, body, "length"),
        Request("POST", "/items", ("Content-Type: text/plain",), body, "length"),
        Request("POST", "/items", TYPED, body, "length"),
        Request("GET", "/hello", (), body, "length"),
    ):
        refused, answer = conversation(subject.url, [first, HELLO])
        says_close = refused is not None and "close" in (refused.header("Connection") or "").lower()
        if refused is None or (answer is None and not says_close):
            told = f"{first.method} {first.target}: {status(refused)}"
            yield Complaint(f"{told}, which does not say that the connection closes; but it does")


@case(
    "a connection that is to be closed",
    "connection",
    each=["close", "Close", "TE, close", "close, TE"],
    bare=True,
)
def to_be_closed(subject: Subject, tokens: str) -> Iterator[Complaint]:
    """The answer must be whole. A server that looks for the one word alone may keep the connection open."""
    request = Request("GET", "/hello", (f"Connection: {tokens}", "TE: trailers"))
    with connected(subject.url) as connection:
        connection.sendall(request.head("x", close=False))
        answer = Reader(connection, "GET").answer(to_the_end=False)
        yield from differs(status(answer), 200, "the status")
        if "," in tokens:
            return
        try:
            yield from differs(connection.recv(1), b"", "after the answer, the connection's end")
        except TimeoutError:
            yield Complaint("the connection stays open after the answer")


@case("garbage behind a request", "connection", each=range(1, 6), bare=True)
def garbage_behind(subject: Subject, _number: int) -> Iterator[Complaint]:
    """Of two requests in one packet the first is committed, whatever the second one is."""
    with connected(subject.url) as connection:
        head, body = POST.head("x", close=False), b"".join(POST.payload())
        connection.sendall(head + body + b"\x00 garbage \xff\r\n\r\n")
        answer = Reader(connection, "POST").answer(to_the_end=False)
    yield from differs(status(answer), 201, "the status of the first")
    yield from gone(subject.url, answer)


@case("an HTTP/1.0 client gets no 100 Continue", "connection-continue", bare=True)
def no_continue(subject: Subject) -> Iterator[Complaint]:
    with connected(subject.url) as connection:
        head = POST.head("x", close=False).replace(b"HTTP/1.1", b"HTTP/1.0")
        connection.sendall(head.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n") + ITEM)
        first = connection.recv(12, socket.MSG_PEEK)
        answer = Reader(connection, "POST").answer()
    yield from differs(first[9:], b"201", "the first status")
    yield from gone(subject.url, answer)


@case("a client that ends its side", "half-close", each=["GET", "POST"], bare=True)
def ends_its_side(subject: Subject, method: str) -> Iterator[Complaint]:
    request = HELLO if method == "GET" else Request("POST", "/echo", TYPED, ITEM, "length")
    with connected(subject.url) as connection:
        connection.sendall(request.head("x", close=False) + b"".join(request.payload()))
        connection.shutdown(socket.SHUT_WR)
        answer = Reader(connection, method).answer()
    yield from differs(status(answer), 200, "the status")


@case("headers of 4 KiB", "head-min", each=[(1, 4000), (64, 56), (101, 5)])
def small_headers(subject: Subject, example: tuple[int, int]) -> Iterator[Complaint]:
    count, size = example
    answer = exchange(subject.url, Request("GET", "/hello", fields(count, size)))
    yield from differs(status(answer), 200, f"the status, with {count} fields")


@case("headers of 1 MiB", "head-max", each=[(1, 2**20), (2**14, 60)])
def large_headers(subject: Subject, example: tuple[int, int]) -> Iterator[Complaint]:
    found = status(exchange(subject.url, Request("GET", "/hello", fields(*example))))
    if found is not None and not 400 <= found < 500:
        yield Complaint(f"the status is {found}")


def fields(count: int, size: int) -> tuple[str, ...]:
    return tuple(f"X-{number}: {'a' * size}" for number in range(count))


@case(
    "what is no HTTP",
    "open-server",
    each=[
        b"\x00\xff\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /hello\r\n\r\n",
        b"GET /hello HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /hello HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    bare=True,
)
def no_http(subject: Subject, sent: bytes) -> Iterator[Complaint]:
    """An answer of the server's own, or none; and the service is still there."""
    line = b""
    with connected(subject.url) as connection:
        connection.sendall(sent)
        with suppress(OSError):  # closed already, or reset, which can take an answer with it
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            line = connection.makefile("rb").readline()
    if line.startswith(b"HTTP/1.") and line.split(b" ")[1][:1] not in b"2345":
        yield Complaint(f"the answer is {line!r}")
    yield from differs(status(exchange(subject.url, HELLO)), 200, "the next GET /hello")
