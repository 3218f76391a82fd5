import socket
import time
from contextlib import ExitStack, suppress

from harness import k6
from harness.process import started
from harness.server import Server
from harness.wire import NoAnswerError
from torture.service import Effort, Result, StuckError, ask, memory_growth, stops_well, tortured, until

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
TRICKLE = 5  # bytes of it that each sends, one a second; so long another may wait for an answer
REQUEST = b"GET /hello HTTP/1.1\r\n"


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
        memory_growth(service, GROWTH, result, "overload", lambda: overloaded(service, result, seconds))
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
    loads(service, result, seconds)
    with suppress(StuckError):
        until(lambda: service.memory_mib() < limit, "its memory is back", 10)


def loads(service: Server, result: Result, seconds: int) -> None:
    """By k6, one after the other."""
    summary, log = service.scratch / "k6.json", service.scratch / "k6.txt"
    for load, rate, reuse in LOADS:
        summary.unlink(missing_ok=True)  # of the load before
        settings = {"BASE_URL": service.url, "VUS": CONNECTIONS, "DURATION": f"{seconds}s", **rate}
        command = k6.command("hello", summary, settings)
        with started(command, log, {"K6_NO_CONNECTION_REUSE": str(not reuse).lower()}) as process:
            status = process.wait(seconds * 2 + 60)
        outcome = k6.read(summary, status, "hello", log)
        if isinstance(outcome, str):
            result.faults.append(f"{load}, {seconds} s: {outcome}")
            result.figures[load] = "none"
            continue
        failed = max(outcome.failed.values(), default=0)
        result.expect(failed == 0, f"{load}, {seconds} s: {failed:,} of {outcome.requests:,} requests failed")
        result.figures[load] = f"{outcome.requests:,} answered, {failed:,} failed"


def beside_slow(service: Server, number: int) -> str:
    """How long a request takes on the whole, at most, while so many others arrive byte by byte."""
    slowest = 0.0
    with ExitStack() as stack:
        address = ("127.0.0.1", service.port)
        slow = [stack.enter_context(socket.create_connection(address)) for _ in range(number)]
        for position in range(TRICKLE):
            for connection in slow:
                with suppress(OSError):
                    connection.send(REQUEST[position : position + 1])
            next_byte = time.monotonic() + 1
            while (began := time.monotonic()) < next_byte:
                try:
                    ask(service, "GET", "/hello", timeout=TRICKLE)
                except NoAnswerError:
                    return f"none in {TRICKLE} s"
                slowest = max(slowest, time.monotonic() - began)
    return f"{slowest * 1000:,.0f} ms at most"
