"""What is measured once in every round beside the services, while nothing else runs."""

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from harness import database, usage
from harness.process import started, tail
from harness.service import LaunchError
from loadtests.measure import dataset
from loadtests.measure.facts import DEFAULTS
from loadtests.measure.plan import Plan, Variant
from loadtests.measure.progress import Progress
from loadtests.measure.run import Run

FLOOR = Path(__file__).parents[1] / "floors" / "items.py"
TIMES = 200  # that all items are listed
COMMITTING = 0.2  # seconds
TABLE = (
    "CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT,"
    " price REAL NOT NULL, quantity INTEGER NOT NULL)"
)
INSERT = "INSERT INTO items (name, description, price, quantity) VALUES (?, ?, ?, ?)"

Dataset = Callable[[Variant, str], Path | None]


class Yardstick(NamedTuple):
    name: str  # in yardsticks.json: the ms of each round
    what: str
    ms: Callable[[], float]


def measure(run: Run, number: int, dataset: Dataset, progress: Progress) -> None:
    """Those of this round that are not known yet: a run that goes on has some."""
    for each in wanted(run.plan, dataset):
        yardsticks = run.yardsticks
        known: dict[int, float] = getattr(yardsticks, each.name)
        if number not in known:
            progress.aside(f"round {number} of {run.plan.rounds}: {each.what}")
            known[number] = float(f"{each.ms():.4g}")
            run.note_yardsticks(yardsticks)


def wanted(plan: Plan, dataset: Dataset) -> Iterator[Yardstick]:
    """The list's floor beside other floors; a commit where users wait for theirs, which at a rate few do."""
    floors = [one.service for one in plan.variants.values() if one.application == "floor"]
    if floors and "list_items" in plan.scenarios and plan.dataset == "copied":
        yield Yardstick("list_ms", "the floor of list_items", lambda: list_ms(floors[0], dataset))
    closed = any(name == "create_item" and not one.is_open for name, one in plan.scenarios.items())
    if closed and any(map(durable, plan.variants.values())):
        yield Yardstick("commit_ms", "a synced commit", commit_ms)


def durable(variant: Variant) -> bool:
    """It syncs every commit to a write-ahead log, as a service does by default."""
    env = {**DEFAULTS, **variant.settings}
    setting = (env["SQLITE_SYNCHRONOUS"].upper(), env["SQLITE_JOURNAL_MODE"].upper())
    return variant.application != "floor" and setting == ("FULL", "WAL")


def list_ms(service: str, dataset: Dataset) -> float:
    """Processor time to fetch and to serialize all items of the service's dataset, in the tools' .venv."""
    path = dataset(Variant(service=service), "the floor of list_items")
    assert path is not None  # noqa: S101 - such a plan copies one
    with database.opened(path) as (_, table), TemporaryDirectory(prefix="floor-") as scratch:
        log = Path(scratch, "ms")
        command = [sys.executable, str(FLOOR), str(path), table.strip('"'), str(TIMES)]
        cores = usage.split()
        with started(command, log, cores=cores and cores.service) as process:
            if status := process.wait():
                raise LaunchError(f"The floor of list_items ended with exit status {status}.\n{tail(log)}")
        return float(log.read_text())


def commit_ms() -> float:
    """The mean, where the databases of the services are too, as durable as they are by default."""
    with (
        TemporaryDirectory(prefix="commit-") as scratch,
        closing(sqlite3.connect(Path(scratch, "items.db"), isolation_level=None)) as connection,
    ):
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", TABLE):
            connection.execute(statement)
        commits, begin = 0, time.perf_counter()
        while (passed := time.perf_counter() - begin) < COMMITTING or not commits:
            commits += 1
            connection.execute(INSERT, dataset.record(commits))
        return passed * 1000 / commits
