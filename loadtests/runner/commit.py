"""How long the disk needs for one synced commit: what no durable write can go below."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from loadtests.runner import dataset
from loadtests.runner.plan import Plan, Variant

SECONDS = 1.0
TABLE = (
    "CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT,"
    " price REAL NOT NULL, quantity INTEGER NOT NULL)"
)
INSERT = "INSERT INTO items (name, description, price, quantity) VALUES (?, ?, ?, ?)"


def durable(variant: Variant) -> bool:
    """It syncs every commit to a write-ahead log, as a service does by default."""
    synchronous = variant.settings.get("SQLITE_SYNCHRONOUS", "FULL").upper()
    journal_mode = variant.settings.get("SQLITE_JOURNAL_MODE", "WAL").upper()
    return not variant.floor and (synchronous, journal_mode) == ("FULL", "WAL")


def wanted(plan: Plan) -> bool:
    """Where users wait for their writes: at a given rate most of them find the disk idle."""
    closed = any(name == "create_item" and not one.rates for name, one in plan.scenarios.items())
    return closed and any(map(durable, plan.variants.values()))


def measured_ms() -> float:
    """The mean, where the databases of the services are too, as durable as they are by default."""
    with (
        TemporaryDirectory(prefix="commit-") as scratch,
        closing(sqlite3.connect(Path(scratch, "items.db"), isolation_level=None)) as connection,
    ):
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", TABLE):
            connection.execute(statement)
        commits, begin = 0, time.perf_counter()
        while (passed := time.perf_counter() - begin) < SECONDS or not commits:
            commits += 1
            connection.execute(INSERT, dataset.record(commits))
        return passed * 1000 / commits
