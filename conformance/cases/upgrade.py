"""A client that offers another protocol gets the answer that it would get without the offer."""

import select
from collections.abc import Iterator

from conformance.answers import every_answer
from conformance.case import Complaint, Subject, case, differs
from conformance.cases.connection import ITEM, PAUSE, POST, connected, item, smuggled, status, there
from conformance.script import TYPED
from harness.wire import Answer, Reader, Request, exchange

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
EACH = [(offer, packets) for offer in OFFERS for packets in ("one packet", "two packets")]


def ask(url: str, request: Request, packets: str) -> Answer | None:
    """The head and the body in one packet; or the body when the server had time to think that it has all."""
    with connected(url) as connection:
        head, body = request.head("x", close=False), b"".join(request.payload())
        if packets == "one packet":
            connection.sendall(head + body)
        else:
            connection.sendall(head)
            select.select([connection], [], [], PAUSE)
            connection.sendall(body)
        return Reader(connection, request.method).answer(to_the_end=False)


@case("an upgrade's body is no request", "connection-upgrade", each=EACH, bare=True)
def no_request(subject: Subject, example: tuple[str, str]) -> Iterator[Complaint]:
    offer, packets = example
    with item(subject.url) as item_id:
        for method, target in (("POST", "/hello"), ("POST", "/nope"), ("GET", "/hello")):
            request = Request(method, target, OFFERS[offer], smuggled(item_id), "length")
            ask(subject.url, request, packets)
            yield from there(subject.url, item_id)


@case("an upgrade is not accepted", "connection-upgrade", each=EACH, bare=True)
def not_accepted(subject: Subject, example: tuple[str, str]) -> Iterator[Complaint]:
    offer, packets = example
    for method, target, body, expected in (
        ("POST", "/echo", ITEM, 200),
        ("POST", "/echo", b"{", 400),
        ("POST", "/hello", ITEM, 405),
        ("GET", "/hello", b"", 200),
        ("GET", "/nope", b"", 404),
        ("GET", "/items?limit=1", b"", 200),
    ):
        headers = (*OFFERS[offer], *(TYPED if body else ()))
        request = Request(method, target, headers, body, "length" if body else "none")
        answer = ask(subject.url, request, packets)
        yield from differs(status(answer), expected, f"the status of {method} {target}")
        if answer is not None and answer.status == expected:
            yield from every_answer(request, answer)


@case("an upgrade creates and replaces", "connection-upgrade", each=EACH, bare=True)
def creates(subject: Subject, example: tuple[str, str]) -> Iterator[Complaint]:
    offer, packets = example
    post = Request(POST.method, POST.target, (*OFFERS[offer], *TYPED), ITEM, "length")
    created = ask(subject.url, post, packets)
    yield from differs(status(created), 201, "the status of POST /items")
    if created is None or status(created) != 201:
        return
    path = f"/items/{created.json()['id']}"
    replaced = ask(subject.url, Request("PUT", path, (*OFFERS[offer], *TYPED), ITEM, "length"), packets)
    yield from differs(status(replaced), 200, f"the status of PUT {path}")
    yield from differs(
        status(exchange(subject.url, Request("DELETE", path))), 204, f"the status of DELETE {path}"
    )
