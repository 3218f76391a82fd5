import sqlite3
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing

from harness.server import Server
from harness.wire import Answer
from torture.hygiene import CANARY, says_too_much
from torture.service import Effort, Result, ask, stops_well, tortured

TIMES = 5
CROWD = 16  # writers at once, in the long form
STALLED = 3.0  # seconds: below the busy timeout of 5, well above what a busy machine does to a read
PATIENCE = 120.0  # seconds
PAUSE = 0.01  # seconds between reads
READS = ("/hello", "/items/1", "/items?limit=10")


def locked(name: str, effort: Effort) -> Result:
    """Another process holds the write lock for longer than a write will wait.
    One write that waits holds up nothing else; it ends with 503 and a Retry-After."""
    result, seconds = Result(), list[float]()
    times = effort.of(TIMES, 1)
    with tortured(name) as service:
        result.expect(create(service).status == 201, "the first write failed")
        for _ in range(times):
            seconds += while_waiting(service, 1, result)
        slowest = max(seconds, default=STALLED)
        result.expect(slowest < STALLED, f"a read took {slowest:.1f} s while one write waited")
        result.counts["locks"] = times
        result.counts["reads meanwhile"] = len(seconds)
        result.figures["the slowest"] = f"{slowest * 1000:,.0f} ms"
        if effort.whole:
            slowest = max(while_waiting(service, CROWD, result))
            result.figures[f"a read beside {CROWD} waiting writes, at most"] = f"{slowest:,.1f} s"
        result.expect(create(service).status == 201, "a write fails after the lock is gone")
        stops_well(service, result)
    return result


def while_waiting(service: Server, writers: int, result: Result) -> list[float]:
    """The seconds of each read while so many writes wait, in vain."""
    holder = sqlite3.connect(service.database, isolation_level=None, timeout=10)
    with closing(holder), ThreadPoolExecutor(writers) as pool:
        holder.execute("BEGIN IMMEDIATE")
        writes = [pool.submit(create, service) for _ in range(writers)]
        seconds = reads_until(service, writes)
        holder.execute("ROLLBACK")
    for write in writes:
        answer = write.result()
        result.expect(answer.status == 503, f"a write that waited in vain was answered {answer.status}")
        result.expect(answer.header("Retry-After"), "no Retry-After")
        result.faults += says_too_much("a write that waited in vain", answer)
    return seconds


def reads_until(service: Server, writes: list[Future[Answer]]) -> list[float]:
    seconds = list[float]()
    while not all(write.done() for write in writes):
        for target in READS:
            began = time.monotonic()
            ask(service, "GET", target, timeout=PATIENCE)
            seconds.append(time.monotonic() - began)
        wait(writes, PAUSE)
    return seconds


def create(service: Server) -> Answer:
    return ask(service, "POST", "/items", {"name": CANARY, "price": 1}, PATIENCE)
