"""The dataset, into a database: through the service, or past it, where that would take too long."""

from collections.abc import Callable
from pathlib import Path

from harness import database
from harness.process import tail
from harness.server import Server
from harness.service import LaunchError
from loadtests.runner import gates
from loadtests.runner.dataset import record
from loadtests.runner.drive import driven

LARGE = 10_000  # records: one request for each would take half a minute
CHUNK = 500_000


def load(server: Server, records: int, k6_binary: str) -> None:
    run = driven(server, k6_binary, "load_items", {"ITERATIONS": records})
    wrong = gates.unanswered(run.outcome, records)
    if wrong := wrong or gates.disagreeing(database.count(server.database), records, 0):
        raise LaunchError(f"{server.service} did not take the dataset: {wrong}.\n{tail(server.log)}")


def write(path: Path, records: int, announce: Callable[[str], None] = lambda _: None) -> None:
    """What load_items creates, in its order, into a table that the service has made and nobody reads yet."""
    with database.opened(path, "rw") as (connection, table):
        insert = f"INSERT INTO {table} (name, description, price, quantity) VALUES (?, ?, ?, ?)"  # noqa: S608 - its own name
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        for first in range(1, records + 1, CHUNK):
            last = min(first + CHUNK - 1, records)
            connection.executemany(insert, map(record, range(first, last + 1)))
            announce(f"{last:,} of {records:,} items")
        connection.commit()
    if wrong := misnumbered(path, records):
        raise LaunchError(f"The dataset of {records:,} items was not written as it should be: {wrong}")


def misnumbered(path: Path, records: int) -> str:
    """Where the items are not as many as they should be, or not numbered from 1 on."""
    ends = database.ids(path, 2)
    if ends != [1, records]:
        return f"its first and last ids are {ends}"
    return gates.disagreeing(database.count(path), records, 0)
