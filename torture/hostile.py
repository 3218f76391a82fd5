import random
import re
import select
import socket
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from harness.server import Server
from torture.service import Effort, Result, StuckError, memory_growth, tortured, until

REQUESTS = 52_000  # of nearly HTTP, and as many of nearly JSON
CLIENTS = 4
PATIENCE = 0.02  # seconds in which an answer should begin
HANG = 10.0  # seconds without an answer and without an end
GROWTH = 32.0  # MiB that a service may keep of all that
WARM = 0.2  # the share of the requests after which the memory is first read
GIGABYTE = 2**30
PIECE = bytes(2**16)
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
VALUE = re.compile(r"(?<=: )[^,}]+")  # of a member
PROTOCOL = {501, 505}  # what HTTP says of a transfer coding and of a version that a server does not have
DATA = tomllib.loads(Path(__file__).with_name("hostile.toml").read_text())
Outcome = tuple[float, list[int]]  # of a request: the seconds until its end, and the statuses of its answers


def hostile(name: str, effort: Effort) -> Result:
    """What no client should send: bytes that are nearly HTTP, JSON that is nearly right, and floods of both.
    No 5xx but the 501 and 505 that HTTP has, and no hang. From the first fifth of the requests to the last
    the memory grows by less than 32 MiB, and so it does in each flood. Where it grows by more, they are sent
    again: it is a fault if it comes 3 times in a row. None of this shows that growth ends."""
    result, outcomes, count = Result(), list[Outcome](), effort.of(REQUESTS, 500)
    with tortured(name) as service:
        fire(service, outcomes, range(round(count * WARM)))
        remaining = range(round(count * WARM), count)
        grown = memory_growth(service, GROWTH, result, "all that", lambda: fire(service, outcomes, remaining))
        answers = Counter(status for _, statuses in outcomes for status in statuses)
        errors = {status: answers[status] for status in answers if status >= 500 and status not in PROTOCOL}
        result.expect(not errors, f"answers: {errors}")
        result.counts["requests"] = len(outcomes)
        result.counts["answers"] = answers.total()
        result.counts["answers of 5xx"] = sum(errors.values())
        result.figures["the slowest"] = f"{max(seconds for seconds, _ in outcomes) * 1000:,.0f} ms"
        result.figures["memory after"] = f"{grown:+.0f} MiB"
        gigabyte(service, result)
        for kind, request in floods():
            flood(service, result, kind, request)
        result.expect(service.is_up(), "it does not answer any more")
        result.expect(service.stop() == 0, "it did not stop in good order")
        # no client sees it
        result.figures["the first traceback in the log"] = service.traceback()[:60] or "none"
    return result


def fire(service: Server, outcomes: list[Outcome], numbers: range) -> None:
    """Requests of these numbers, which say what is in them: of nearly HTTP, and as many of nearly JSON."""

    def client(first: int) -> None:
        for number in numbers[first::CLIENTS]:
            outcomes.append(sent(service.port, mutated("http", random.Random(number))))
            outcomes.append(sent(service.port, nearly_json(random.Random(number))))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))


def nearly_json(chance: random.Random) -> bytes:
    """In a request that is itself right, and mostly asks for something that exists."""
    line = chance.choice(DATA[chance.choice(("usual", "unusual"))])
    media_type = chance.choice(("application/json", "application/json", chance.choice(DATA["media_types"])))
    body = mutated("json", chance) if chance.random() < 0.5 else revalued(chance)
    headers = f"Host: a\r\nConnection: close\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}"
    return f"{line} HTTP/1.1\r\n{headers}\r\n\r\n".encode("latin-1") + body


def revalued(chance: random.Random) -> bytes:
    """A document with another value in it; it may still be JSON."""
    document = chance.choice(DATA["json"])
    value = chance.choice(list(VALUE.finditer(document)))
    return f"{document[: value.start()]}{token('json', chance)}{document[value.end() :]}".encode("latin-1")


def mutated(kind: str, chance: random.Random) -> bytes:
    message = bytearray(chance.choice(DATA[kind]).encode("latin-1"))
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        position = chance.randrange(len(message) + 1)
        match chance.randrange(4):
            case 0:
                message[position:position] = token(kind, chance).encode("latin-1")
            case 1:
                del message[position : position + chance.randrange(1, 16)]
            case 2:
                message[position : position + 1] = chance.randbytes(1)
            case _:
                message[position:position] = message[: chance.randrange(len(message) + 1)]
    return bytes(message)


def token(kind: str, chance: random.Random) -> str:
    text, times = chance.choice([*((text, 1) for text in DATA[f"{kind}_tokens"]), *DATA[f"{kind}_repeated"]])
    return str(text * times)


def sent(port: int, request: bytes, patience: float = PATIENCE) -> Outcome:
    """On a connection of its own, whose side the client ends when an answer begins, or its patience."""
    began, received = time.monotonic(), b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=HANG) as connection:
            with suppress(OSError):  # it may have answered, and closed, before all was sent
                connection.sendall(request)
                select.select([connection], [], [], patience)
                connection.shutdown(socket.SHUT_WR)
            with suppress(ConnectionError):
                while piece := connection.recv(2**16):
                    received += piece
    except TimeoutError:
        raise StuckError(f"no answer and no end in {HANG:.0f} s to {request[:200]!r}") from None
    return time.monotonic() - began, [int(status) for status in STATUS.findall(received)]


def gigabyte(service: Server, result: Result) -> None:
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
    result.figures["of 1 GiB taken"] = f"{taken / 2**20:,.0f} MiB"
    result.expect(taken < GIGABYTE / 8, f"{taken / 2**20:,.0f} MiB of a body were taken")
    result.expect(highest < GROWTH, f"a body of 1 GiB made the memory grow by {highest:.0f} MiB")


def floods() -> Iterator[tuple[str, bytes]]:
    post = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
    equal_modulo = b",".join(b'"%d":0' % (number * (2**61 - 1)) for number in range(35_000))
    bodies = {
        "many members": b"{" + b",".join(b'"%d":0' % number for number in range(90_000)) + b"}",
        "deep nesting": b"[" * 500_000 + b"]" * 500_000,
        "a huge number": b"[" + b"9" * 1_000_000 + b"]",
        "equal keys": b"{" + b",".join([b'"a":0'] * 150_000) + b"}",
        "keys that are equal modulo 2^61 - 1": b"{" + equal_modulo + b"}",
    }
    for kind, body in bodies.items():
        yield kind, post % (len(body), body)
    start = b"GET /hello HTTP/1.1\r\nHost: a\r\n"
    yield "100,000 headers", start + b"".join(b"X-%d: a\r\n" % number for number in range(100_000)) + b"\r\n"
    yield "a header of 64 MiB", start + b"X: " + b"a" * 2**26 + b"\r\n\r\n"
    yield "a target of 64 MiB", b"GET /" + b"a" * 2**26 + b" HTTP/1.1\r\nHost: a\r\n\r\n"


def flood(service: Server, result: Result, kind: str, request: bytes) -> None:
    def pour() -> None:
        statuses = list[int]()
        with suppress(StuckError):  # it is not said how long it may take
            _, statuses = sent(service.port, request, HANG)
        result.figures[kind] = ", ".join(map(str, statuses)) or "none"
        result.expect(max(statuses, default=0) < 500, f"{kind}: {result.figures[kind]}")

    memory_growth(service, GROWTH, result, kind, pour)
    until(service.answers, f"{kind}: it answers again")
