"""A service under fire: as in production, it is not root's, and it has two workers. And what comes of it."""

import os
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path

from harness.database import Database, records
from harness.server import Server, launched
from harness.wire import TIMEOUT, Answer, Client

LONG = 10.0  # minutes for each service, about: what the long form takes
SHORT = 0.0  # the share of it that leaves the least of everything

WORKERS = 2
# seconds until what must come to be has come to be: a worker with an idle connection may take its 30 to end
DEADLINE = 60.0
TIMES = 3  # that something is done at most, to see whether the memory goes on growing

# Root reads and writes what the modes of a file forbid; a service in production is not root.
UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


@dataclass(frozen=True)
class Effort:
    """How much of the long form is wanted: 1.0 is all of it."""

    share: float

    def of(self, whole: int, least: int) -> int:
        return max(least, round(whole * self.share))

    @property
    def whole(self) -> bool:
        return self.share >= 1


@dataclass
class Result:
    """What one experiment on one service has counted and measured; and what must not have been."""

    counts: Counter[str] = field(default_factory=Counter)
    figures: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def expect(self, holds: object, fault: str) -> None:
        if not holds:
            self.faults.append(fault)


class StuckError(Exception):
    """Something did not come to be within its deadline; the text says what."""


def until(holds: Callable[[], object], description: str, deadline: float = DEADLINE) -> float:
    """The seconds it took. Raises StuckError."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > deadline:
            raise StuckError(f"{description}: not within {deadline:.0f} s")
        time.sleep(0.01)
    return time.monotonic() - began


def tortured(name: str, prefix: Sequence[str] = (), **env: str) -> AbstractContextManager[Server]:
    """A service with a new database, up with all of its workers; gone on the way out."""
    workers = int(env.get("WEB_CONCURRENCY", WORKERS))
    return launched(name, env, prefix=[*prefix, *UNPRIVILEGED], workers=workers)


def ask(service: Server, method: str, target: str, value: object = None, timeout: float = TIMEOUT) -> Answer:
    """On a connection of its own, so that any worker may get it."""
    with Client(service.url, reuse=False, timeout=timeout) as client:
        return client.send(method, target, value)


def memory_growth(service: Server, limit: float, result: Result, load: str, act: Callable[[], None]) -> float:
    """The MiB by which the memory grew the last time that this was done.

    More than the limit is a fault if it is so every time: a leak goes on, but what a worker comes to hold at
    its first requests does not.
    """
    grown = limit
    for _ in range(TIMES):
        before = service.memory_mib()
        act()
        if (grown := service.memory_mib() - before) < limit:
            break
    result.expect(grown < limit, f"{load}: the memory grew by {grown:.0f} MiB, {TIMES} times in a row")
    return grown


def rows(database: Database) -> dict[int, str]:
    """The name of each item, past the service."""
    return {id_: name for id_, (name, *_) in records(database).items()}


def rows_of_the_file(service: Server) -> dict[int, str]:
    """What a copy of the one file holds, without the write-ahead log that may lie beside it."""
    return rows(shutil.copyfile(service.database, service.scratch / "copy.db"))


def integrity(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def stops_well(service: Server, result: Result) -> None:
    """In good order, with its database whole, and without a traceback in its log."""
    result.expect(service.stop() == 0, "it did not stop in good order")
    if isinstance(service.storage, Path):
        result.expect(integrity(service.storage) == "ok", "integrity_check is not ok")
    result.expect(not service.traceback(), f"a traceback was logged: {service.traceback()}")
