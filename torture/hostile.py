"""What no client should send: bytes that are nearly HTTP, JSON that is nearly right, and floods of both."""

import random
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import h11
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from conformance.hostile import Request, requests
from harness import wire
from harness.server import Server
from torture.experiment import Effort, Found
from torture.service import tortured, until

REQUESTS = 52_000  # of raw bytes, and about as many of JSON
HANG = 2.0  # seconds
GROWTH = 32.0  # MiB that a service may keep of all that
WARM = 0.2  # the share of the requests after which the memory is first read
GIGABYTE = 2**30
PIECE = bytes(2**16)
LENGTH = 10  # requests on one connection, about
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
PROTOCOL = {501, 505}  # what HTTP says of a transfer coding and of a version that a server does not have

SEEDS = [
    b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /items?limit=10&after=1 HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
    b"POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n"
    b'{"name": "a", "price":1}',
    b"PUT /items/1 HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
    b'18\r\n{"name": "a", "price":1}\r\n0\r\n\r\n',
    b"DELETE /items/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/json\r\n"
    b"Content-Length: 2\r\n\r\n[]",
]
TOKENS = [
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b"\0",
        b":",
        b"/",
        b"%",
        b"%00",
        b"\xff",
        b"\xc3\x28",
        b"..",
        b"//",
    ),
    *(b"Content-Length: 0\r\n", b"Content-Length: -1\r\n", b"Content-Length: 99999999999999999999\r\n"),
    *(
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Connection: upgrade\r\nUpgrade: h2c\r\n",
    ),
    *(
        b"Upgrade: websocket\r\n",
        b"Host: b\r\n",
        b"HTTP/2.0",
        b"HTTP/0.9",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ),
    *(b"ffffffffffffffff\r\n", b"0\r\n\r\n", b"A" * 10_000, b"[" * 10_000, b"9" * 5000),
]


def hostile(name: str, effort: Effort) -> Found:
    """No 5xx, no hang, no growth."""
    found, answers = Found(), Counter[int]()
    count = effort.of(REQUESTS, 500)
    with tortured(name) as service:
        slowest = raw(service, found, answers, round(count * WARM), seed=1)
        json(service, found, answers, round(count * WARM), number=1)
        before = service.memory_mib()
        slowest = max(slowest, raw(service, found, answers, round(count * (1 - WARM)), seed=2))
        json(service, found, answers, round(count * (1 - WARM)), number=2)
        grown = service.memory_mib() - before
        found.figures["memory after"] = f"{grown:+.0f} MiB"
        found.expect(grown < GROWTH, f"the memory grew by {grown:.0f} MiB")
        gigabyte(service, found)
        for what, request in floods():
            flood(service, found, what, request)
        found.expect(service.is_up(), "it does not answer any more")
        found.expect(service.stop() == 0, "it did not stop in good order")
        found.expect(not service.traceback(), f"a traceback was logged: {service.traceback()}")
    bad = {
        status: times for status, times in sorted(answers.items()) if status >= 500 and status not in PROTOCOL
    }
    found.expect(not bad, f"answers: {bad}")
    found.figures = {
        "requests": f"{answers.total():,}",
        "answers of 5xx": f"{sum(bad.values())}",
        "the slowest": f"{slowest * 1000:,.0f} ms",
        **found.figures,
    }
    return found


def mutated(original: bytes, chance: random.Random) -> bytes:
    data = bytearray(original)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(4):
            case 0:
                data[at:at] = chance.choice(TOKENS)
            case 1:
                del data[at : at + chance.randrange(1, 16)]
            case 2:
                data[at : at + 1] = chance.randbytes(1)
            case _:
                data[at:at] = data[: chance.randrange(len(data) + 1)]
    return bytes(data)


def raw(service: Server, found: Found, answers: Counter[int], count: int, *, seed: int) -> float:
    """Each on a connection of its own, that ends with the bytes: the service must answer or close, soon."""
    chance, slowest = random.Random(seed), 0.0
    for _ in range(count):
        data = mutated(chance.choice(SEEDS), chance)
        began = time.monotonic()
        try:
            answers.update(statuses(service.port, data))
        except TimeoutError:
            found.faults.append(f"no answer and no end in {HANG:.0f} s to {data[:200]!r}")
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def statuses(port: int, data: bytes) -> list[int]:
    """Of the answers; 0 where the connection is closed without one. Raises TimeoutError."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=HANG) as connection:
        with suppress(OSError):  # it may have answered, and closed, before all was sent
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while piece := connection.recv(2**16):
                said += piece
    return [int(status) for status in STATUS.findall(said)] or [0]


def json(service: Server, found: Found, answers: Counter[int], count: int, *, number: int) -> None:
    """Requests that Hypothesis draws, about so many of them."""

    @seed(number)
    @settings(
        max_examples=max(1, count // LENGTH),
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(requests(), min_size=LENGTH, max_size=LENGTH))
    def send(drawn: list[Request]) -> None:
        try:
            said = wire.conversation(service.url, [paged(request).sent(0) for request in drawn])
        except (TimeoutError, h11.RemoteProtocolError) as error:
            last = drawn[-1]
            found.faults.append(
                f"{error}, of ten requests up to {last.method} {last.target} {last.body!r}"[:200]
            )
        else:
            closed = said.index(None) + 1 if None in said else len(said)
            answers.update(answer.status if answer else 0 for answer in said[:closed])

    send()


def paged(request: Request) -> Request:
    """The list of all that the fuzz has stored would soon be most of its work, and most of the memory."""
    path, _, query = request.target.partition("?")
    if path.rstrip("/") != "/items" or "limit=" in query:
        return request
    return replace(request, target=f"{path}?{query}&limit=5" if query else f"{path}?limit=5")


def gigabyte(service: Server, found: Found) -> None:
    """A chunked body of 1 GiB is cut off at the limit, and is not kept."""
    before, taken, highest = service.memory_mib(), 0, 0.0
    head = b"POST /items HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection, suppress(OSError):
        connection.sendall(head)
        while taken < GIGABYTE:
            connection.sendall(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
            taken += len(PIECE)
            if taken % 2**22 == 0:
                highest = max(highest, service.memory_mib())
    highest = max(highest, service.memory_mib()) - before
    found.figures["of 1 GiB taken"] = f"{taken / 2**20:,.0f} MiB"
    found.expect(taken < GIGABYTE / 8, f"{taken / 2**20:,.0f} MiB of a body were taken")
    found.expect(highest < GROWTH, f"a body of 1 GiB made the memory grow by {highest:.0f} MiB")


def floods() -> Iterator[tuple[str, bytes]]:
    post = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
    keys = b"{" + b",".join(b'"%d":0' % number for number in range(90_000)) + b"}"
    bodies = {
        "many members": keys,
        "deep nesting": b"[" * 500_000 + b"]" * 500_000,
        "a huge number": b"[" + b"9" * 1_000_000 + b"]",
        "equal keys": b"{" + b",".join([b'"a":0'] * 150_000) + b"}",
        "keys that are equal modulo 2^61 - 1": b"{"
        + b",".join(b'"%d":0' % (number * (2**61 - 1)) for number in range(35_000))
        + b"}",
    }
    for what, body in bodies.items():
        yield what, post % (len(body), body)
    start = b"GET /hello HTTP/1.1\r\nHost: a\r\n"
    yield "100,000 headers", start + b"".join(b"X-%d: a\r\n" % number for number in range(100_000)) + b"\r\n"
    yield "a header of 64 MiB", start + b"X: " + b"a" * 2**26 + b"\r\n\r\n"
    yield "a target of 64 MiB", b"GET /" + b"a" * 2**26 + b" HTTP/1.1\r\nHost: a\r\n\r\n"


def flood(service: Server, found: Found, what: str, request: bytes) -> None:
    before, said, status = service.memory_mib(), b"", "none"
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
        with suppress(OSError):
            connection.sendall(request)
        with suppress(OSError):
            said = connection.recv(2**16)
    if said:
        status = said[9:12].decode("ascii", "replace")
    found.figures[what] = status
    found.expect(not status.startswith("5"), f"{what}: {status}")
    grown = service.memory_mib() - before
    found.expect(grown < GROWTH, f"{what}: the memory grew by {grown:.0f} MiB")
    until(service.answers, f"{what}: it answers again")
