"""Another process holds the write lock for longer than a write will wait."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path

from harness.server import Server
from harness.wire import Answer, Client
from torture.experiment import Effort, Found
from torture.service import tortured

TIMES = 5
CROWD = 16  # writers at once, in the long form
AT_ONCE = 0.1  # seconds within which a read goes on, where nothing else is asked of the machine
STALLED = 2.0  # seconds: well below the busy timeout, well above what a busy machine does to a read
PATIENCE = 120.0  # seconds
PAUSE = 0.01  # seconds between reads
READS = ("/hello", "/items/1", "/items?limit=10")


def locked(name: str, effort: Effort) -> Found:
    """One write that waits holds up nothing else; it ends with 503 and a Retry-After."""
    found, slowest, read = Found(), 0.0, 0
    times = effort.of(TIMES, 1)
    with tortured(name) as service, Client(service.url) as client:
        found.expect(create(client).status == 201, "the first write failed")
        for _ in range(times):
            with held(service.database):
                answers, seconds = while_waiting(service, 1)
            slowest, read = max([slowest, *seconds]), read + len(seconds)
            refused(found, answers)
        found.expect(read, "no read went on while a write waited")
        limit = AT_ONCE if effort.whole else STALLED
        found.expect(slowest < limit, f"a read took {slowest * 1000:,.0f} ms while one write waited")
        found.count(times, "locks")
        found.count(read, "reads meanwhile")
        found.figures["the slowest"] = f"{slowest * 1000:,.0f} ms"
        if effort.whole:
            with held(service.database):
                answers, seconds = while_waiting(service, CROWD)
            refused(found, answers)
            found.figures[f"a read beside {CROWD} waiting writes, at most"] = f"{max(seconds):,.1f} s"
        found.expect(create(client).status == 201, "a write fails after the lock is gone")
        found.expect(not service.traceback(), f"a traceback was logged: {service.traceback()}")
    return found


@contextmanager
def held(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


def while_waiting(service: Server, writers: int) -> tuple[list[Answer], list[float]]:
    """What so many writes were answered, and the seconds of each read meanwhile."""
    with ThreadPoolExecutor(writers + 1) as pool:
        writes = [pool.submit(one_write, service.url) for _ in range(writers)]
        seconds = reads_until(service.url, writes)
        return [write.result() for write in writes], seconds


def reads_until(url: str, writes: list[Future[Answer]]) -> list[float]:
    seconds = list[float]()
    while not all(write.done() for write in writes):
        for target in READS:
            began = time.monotonic()
            with Client(url, reuse=False, timeout=PATIENCE) as client:  # so that every worker gets its share
                client.send("GET", target)
            seconds.append(time.monotonic() - began)
        wait(writes, PAUSE)
    return seconds


def one_write(url: str) -> Answer:
    with Client(url, timeout=PATIENCE) as client:
        return create(client)


def create(client: Client) -> Answer:
    return client.send("POST", "/items", {"name": "Lamp", "price": 1})


def refused(found: Found, answers: list[Answer]) -> None:
    for answer in answers:
        found.expect(answer.status == 503, f"a write that waited in vain was answered {answer.status}")
        found.expect(answer.header("Retry-After"), "no Retry-After")
