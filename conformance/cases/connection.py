"""What is sent over a connection, byte by byte: no body is a request, and no answer is lost."""

import select
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from urllib.parse import urlsplit

import h11

from conformance.answers import every_answer
from conformance.case import Complaint, Subject, case, differs
from conformance.cases.concurrency import items, lamp, send
from conformance.script import LAMP, TYPED
from harness.wire import TIMEOUT, Answer, Reader, Request, connect, conversation, exchange

HELLO = Request("GET", "/hello")
POST = Request("POST", "/items", TYPED, LAMP.encode(), "length")
PAUSE = 0.3  # seconds in which a server can answer that does not wait for a body
NO_ITEM = "/items/9007199254740991"
SIZES = [1_000, 60_000, 120_000]  # bytes, about, of a body that is refused


def talk(url: str, request: Request, *, late: bool = False, behind: bytes = b"") -> Answer | None:
    """The head and the body in one packet; or the body when the server had time to think that it has all."""
    head, body = request.head("x", close=False), b"".join(request.payload()) + behind
    with connect(url) as connection:
        connection.sendall(head if late else head + body)
        if late:
            select.select([connection], [], [], PAUSE)
            connection.sendall(body)
        return Reader(connection, request.method).answer(to_the_end=False)


def status(answer: Answer | None) -> int | None:
    return None if answer is None else answer.status


def still_there(url: str, item_id: int) -> Iterator[Complaint]:
    answer = send(url, "GET", f"/items/{item_id}")
    if answer.status != 200:
        yield Complaint(f"GET /items/{item_id} is {answer.status}: the body was read as a request")


def can_be_deleted(url: str, answer: Answer | None) -> Iterator[Complaint]:
    """What was created is there, and can be deleted."""
    if answer is not None and answer.status == 201:
        deleted = send(url, "DELETE", f"/items/{answer.json()['id']}")
        yield from differs(deleted.status, 204, "the status of a DELETE of the item")


def smuggled(item_id: int) -> bytes:
    """A body that is a request, should anyone read it as one."""
    return f"DELETE /items/{item_id} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@case(
    "a body that looks like a request",
    "connection",
    examples=[
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
    with items(subject.url, lamp(1)) as [item_id]:
        first = Request(method, target, headers, smuggled(item_id), framing)
        refused, answer = conversation(subject.url, [first, HELLO])
        if refused is None:
            yield Complaint("no answer")
        else:
            yield from every_answer(first, refused)
        if answer is not None:  # else the connection was closed, which is as good
            yield from differs(answer.status, 200, "the next answer on the connection")
        yield from still_there(subject.url, item_id)


@case("a body that comes when the answer has begun", "connection", examples=["length", "chunked"], bare=True)
def comes_late(subject: Subject, framing: str) -> Iterator[Complaint]:
    """To close at once would reset the connection, and what the client has not read yet would be lost."""
    large = {"name": "Lamp", "description": "é" * 1000, "price": 1}
    with connect(subject.url) as probe:
        family, address = probe.family, probe.getpeername()
    with items(subject.url, large, 200) as ids, socket.socket(family) as connection:
        page = Request("GET", f"/items?limit=200&after={ids[0]}", (), b"x" * 16, framing)
        # Before it connects, or it has no effect: the most of the answer stays behind.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(TIMEOUT)
        connection.connect(address)
        connection.sendall(page.head(urlsplit(subject.url).netloc, close=True))
        answers, _, _ = select.select([connection], [], [], PAUSE)  # or it reads the body first
        begun = connection.recv(1) if answers else b""
        connection.sendall(b"".join(page.payload()))
        try:
            answer = Reader(connection, "GET", begun).answer()
        except h11.RemoteProtocolError:
            yield Complaint("the answer breaks off: the server closed while the client was still sending")
            return
    listed = None if answer is None else [item["id"] for item in answer.json()]
    yield from differs(listed, ids[1:], "the ids of the page")


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


@case("a refusal that does not say close keeps the connection", "connection", examples=SIZES)
def keeps_what_it_promises(subject: Subject, size: int) -> Iterator[Complaint]:
    """A proxy sends another client's request over a connection that was not said to close."""
    body = b'{"name": "' + b"x" * size + b'"}'
    for method, target, headers in (
        ("POST", "/nope", TYPED),
        ("PUT", "/items", TYPED),
        ("POST", "/items", ("Content-Type: text/plain",)),
        ("POST", "/items", TYPED),
        ("GET", "/hello", ()),
    ):
        refused, answer = conversation(subject.url, [Request(method, target, headers, body, "length"), HELLO])
        if refused is None or (answer is None and not refused.says_close):
            refusal = f"{method} {target}: {status(refused)}"
            yield Complaint(f"{refusal}, which does not say that the connection closes; but it does")


CLOSES = ["close", "Close", "TE, close", "close, TE"]


@case("a connection that is to be closed", "connection", examples=CLOSES, bare=True)
def to_be_closed(subject: Subject, tokens: str) -> Iterator[Complaint]:
    """The answer must be whole. A server that looks for the one word alone may keep the connection open."""
    request = Request("GET", "/hello", (f"Connection: {tokens}", "TE: trailers"))
    with connect(subject.url) as connection:
        connection.sendall(request.head("x", close=False))
        answer = Reader(connection, "GET").answer(to_the_end=False)
        yield from differs(status(answer), 200, "the status")
        if "," in tokens:
            return
        try:
            yield from differs(connection.recv(1), b"", "after the answer, the connection's end")
        except TimeoutError:
            yield Complaint("the connection stays open after the answer")


@case("garbage behind a request", "connection", examples=range(1, 6), bare=True)
def garbage_behind(subject: Subject, _number: int) -> Iterator[Complaint]:
    """Of two requests in one packet the first is committed, whatever the second one is."""
    answer = talk(subject.url, POST, behind=b"\x00 garbage \xff\r\n\r\n")
    yield from differs(status(answer), 201, "the status of the first")
    yield from can_be_deleted(subject.url, answer)


@case("an HTTP/1.0 client gets no 100 Continue", "connection-continue", bare=True)
def no_continue(subject: Subject) -> Iterator[Complaint]:
    with connect(subject.url) as connection:
        head = POST.head("x", close=False).replace(b"HTTP/1.1", b"HTTP/1.0")
        connection.sendall(head.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n") + POST.body)
        first = connection.recv(12, socket.MSG_PEEK)
        answer = Reader(connection, "POST").answer()
    yield from differs(first[9:], b"201", "the first status")
    yield from can_be_deleted(subject.url, answer)


@case("a client that ends its side", "half-close", examples=["GET", "POST"], bare=True)
def ends_its_side(subject: Subject, method: str) -> Iterator[Complaint]:
    request = HELLO if method == "GET" else Request("POST", "/echo", TYPED, POST.body, "length")
    with connect(subject.url) as connection:
        connection.sendall(request.head("x", close=False) + b"".join(request.payload()))
        connection.shutdown(socket.SHUT_WR)
        answer = Reader(connection, method).answer()
    yield from differs(status(answer), 200, "the status")


@case("headers of 4 KiB", "head-min", examples=[(1, 4000), (64, 56), (101, 5)])
def small_headers(subject: Subject, example: tuple[int, int]) -> Iterator[Complaint]:
    count, size = example
    answer = exchange(subject.url, Request("GET", "/hello", fields(count, size)))
    yield from differs(status(answer), 200, f"the status, with {count} fields")


@case("headers of 1 MiB", "head-max", examples=[(1, 2**20), (2**14, 60)])
def large_headers(subject: Subject, example: tuple[int, int]) -> Iterator[Complaint]:
    answer = exchange(subject.url, Request("GET", "/hello", fields(*example)))
    if answer is not None and not 400 <= answer.status < 500:
        yield Complaint(f"the status is {answer.status}")


def fields(count: int, size: int) -> tuple[str, ...]:
    return tuple(f"X-{number}: {'a' * size}" for number in range(count))


@case(
    "what is no HTTP",
    "open-server",
    examples=[
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
    with connect(subject.url) as connection:
        connection.sendall(sent)
        with suppress(OSError):  # closed already, or reset, which can take an answer with it
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            line = connection.makefile("rb").readline()
    if line.startswith(b"HTTP/1.") and line.split(b" ")[1][:1] not in b"2345":
        yield Complaint(f"the answer is {line!r}")
    yield from differs(status(exchange(subject.url, HELLO)), 200, "the next GET /hello")


# -- a client that offers another protocol gets the answer that it would get without the offer

OFFERS = {
    "h2c": (
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
    ),
    "websocket": (
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ),
    "unknown": ("Connection: upgrade", "Upgrade: x"),
}
LATE = "two packets"
each_offer = partial(
    case, examples=[(offer, packets) for offer in OFFERS for packets in ("one packet", LATE)], bare=True
)


def offered(
    url: str, example: tuple[str, str], method: str, target: str, body: bytes = b""
) -> tuple[Request, Answer | None]:
    """A request with that offer, in so many packets, and its answer."""
    offer, packets = example
    request = Request(method, target, (*OFFERS[offer], *TYPED), body, "length" if body else "none")
    return request, talk(url, request, late=packets == LATE)


@each_offer("an upgrade's body is no request", "connection-upgrade")
def no_request(subject: Subject, example: tuple[str, str]) -> Iterator[Complaint]:
    with items(subject.url, lamp(1)) as [item_id]:
        for method, target in (("POST", "/hello"), ("POST", "/nope"), ("GET", "/hello")):
            offered(subject.url, example, method, target, smuggled(item_id))
            yield from still_there(subject.url, item_id)


@each_offer("an upgrade is not accepted", "connection-upgrade")
def not_accepted(subject: Subject, example: tuple[str, str]) -> Iterator[Complaint]:
    for method, target, body, expected in (
        ("POST", "/echo", POST.body, 200),
        ("POST", "/echo", b"{", 400),
        ("POST", "/hello", POST.body, 405),
        ("GET", "/hello", b"", 200),
        ("GET", "/nope", b"", 404),
        ("GET", "/items?limit=1", b"", 200),
    ):
        request, answer = offered(subject.url, example, method, target, body)
        yield from differs(status(answer), expected, f"the status of {method} {target}")
        if answer is not None and answer.status == expected:
            yield from every_answer(request, answer)


@each_offer("an upgrade creates and replaces", "connection-upgrade")
def creates(subject: Subject, example: tuple[str, str]) -> Iterator[Complaint]:
    _, answer = offered(subject.url, example, "POST", "/items", POST.body)
    yield from differs(status(answer), 201, "the status of POST /items")
    if answer is not None and answer.status == 201:
        _, replaced = offered(subject.url, example, "PUT", f"/items/{answer.json()['id']}", POST.body)
        yield from differs(status(replaced), 200, "the status of PUT")
        yield from can_be_deleted(subject.url, answer)
