import socket
import threading
import time
from contextlib import ExitStack, suppress

from harness import k6
from harness.process import started
from harness.server import Server
from harness.wire import Client, NoAnswerError
from torture.service import Effort, Result, StuckError, kept, stops_well, tortured, until

SECONDS = 30
WARM_UP = 3  # seconds of each load, in which a worker comes to hold what it will always hold
CONNECTIONS = 500
RATE = 1000  # new connections a second
LOADS: list[tuple[str, dict[str, int], bool]] = [  # a name, k6's settings, whether connections are used again
    (f"{CONNECTIONS} connections", {}, True),
    (f"{RATE:,} new connections a second", {"RATE": RATE}, False),
]
GROWTH = 48.0  # MiB that it may keep: of 50,000 requests, a leak of 1 KiB in each would be more
SLOW = (2, 4, 64)
TRICKLE = 5.0  # seconds for which they send a byte a second
REQUEST = b"GET /hello HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"a" * 100


def overload(name: str, effort: Effort) -> Result:
    """More connections than it can serve, and clients that are slow. No 5xx, no crash.
    From the first seconds of both loads to their end the memory grows by less than 48 MiB. Where it grows by
    more, they are run again: it is a fault if it comes 3 times in a row. None of this shows that growth ends.
    Beside slow clients a `gthread` worker may have no answer for others, since it lends a thread to each of
    them. That is shown, and is no fault: a proxy that reads whole requests belongs in front."""
    result = Result()
    seconds = effort.of(SECONDS, 3)
    with tortured(name) as service:
        idle = service.memory_mib()
        loads(service, result, WARM_UP)
        pids, before = set(service.workers()), service.memory_mib()
        kept(service, GROWTH, result, "overload", lambda: overloaded(service, result, seconds))
        result.expect(set(service.workers()) == pids, "a worker died")
        result.figures["memory idle, after the first seconds, at the end"] = (
            f"{idle:.0f}, {before:.0f}, {service.memory_mib():.0f} MiB"
        )
        for number in SLOW if effort.whole else SLOW[:1]:
            result.figures[f"/hello beside {number} slow clients"] = beside_slow(service, number)
        until(service.answers, "it answers when the slow clients are gone")
        stops_well(service, result)
    return result


def overloaded(service: Server, result: Result, seconds: int) -> None:
    limit = service.memory_mib() + GROWTH
    result.figures |= loads(service, result, seconds)
    with suppress(StuckError):
        until(lambda: service.memory_mib() < limit, "its memory is back", 10)


def loads(service: Server, result: Result, seconds: int) -> dict[str, str]:
    """By k6, one after the other; what it counted."""
    counted, summary, log = dict[str, str](), service.scratch / "k6.json", service.scratch / "k6.txt"
    for what, rate, reuse in LOADS:
        settings = {"BASE_URL": service.url, "VUS": CONNECTIONS, "DURATION": f"{seconds}s", **rate}
        command = k6.command("hello", summary, settings)
        with started(command, log, {"K6_NO_CONNECTION_REUSE": str(not reuse).lower()}) as process:
            status = process.wait(seconds * 2 + 60)
        outcome = k6.read(summary, status, "hello", log)
        if isinstance(outcome, str):
            result.faults.append(f"{what}, {seconds} s: {outcome}")
            counted[what] = "none"
            continue
        failed = max(outcome.failed.values(), default=0)
        result.expect(failed == 0, f"{what}, {seconds} s: {failed:,} of {outcome.requests:,} requests failed")
        counted[what] = f"{outcome.requests:,} answered, {failed:,} failed"
    return counted


def beside_slow(service: Server, number: int) -> str:
    """How long a request takes on the whole, at most, while so many others arrive byte by byte."""
    with ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", service.port))) for _ in range(number)
        ]
        over = threading.Event()
        trickle = threading.Thread(target=trickling, args=(slow, over), daemon=True)
        trickle.start()
        stack.callback(trickle.join)
        stack.callback(over.set)
        end, slowest = time.monotonic() + TRICKLE, 0.0
        while (began := time.monotonic()) < end:
            try:
                with Client(service.url, reuse=False, timeout=TRICKLE) as client:
                    client.send("GET", "/hello")
            except NoAnswerError:
                return f"none in {TRICKLE:.0f} s"
            slowest = max(slowest, time.monotonic() - began)
    return f"{slowest * 1000:,.0f} ms at most"


def trickling(slow: list[socket.socket], over: threading.Event) -> None:
    for position in range(len(REQUEST)):
        for connection in slow:
            with suppress(OSError):
                connection.send(REQUEST[position : position + 1])
        if over.wait(1):
            return
