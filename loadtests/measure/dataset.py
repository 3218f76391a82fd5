"""The items that a service is measured with: those that the k6 scripts send, made once more.

The same arithmetic as in k6/lib/items.js; a test holds the two together.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from harness import database
from harness.database import Record
from harness.service import LaunchError

REPLACEMENTS = 5000  # the number of the record that replace_item's first iteration sends
LARGE = 10_000  # records: one request for each would take half a minute
CHUNK = 500_000


def record(n: int) -> Record:
    description = None if n % 5 == 0 else f"The item number {n} of the dataset, kept in aisle {n % 40}."
    return f"Item {n}", description, (n * 7919) % 100000 / 100, (n * 31) % 1000


def scattered(ids: Sequence[int], n: int) -> int:
    stride = 7907 if len(ids) % 7919 == 0 else 7919
    return ids[n * stride % len(ids)]


def replacements(ids: Sequence[int], iterations: Iterable[int]) -> dict[int, set[Record]]:
    """What replace_item wrote to each item; of several records the service alone knows the last."""
    written: dict[int, set[Record]] = {}
    for n in iterations:
        written.setdefault(scattered(ids, n), set()).add(record(REPLACEMENTS + n))
    return written


def lost(written: Mapping[int, Collection[Record]], stored: Mapping[int, Record]) -> list[int]:
    """The items that do not hold what was written to them."""
    return [item_id for item_id, records in written.items() if stored.get(item_id) not in records]


def write(path: Path, records: int, announce: Callable[[str], None] = lambda _: None) -> None:
    """Past the service: what load_items creates, in its order, into a table that the service has made."""
    with database.opened(path, "rw") as (connection, table):
        insert = f"INSERT INTO {table} (name, description, price, quantity) VALUES (?, ?, ?, ?)"  # noqa: S608 - its own name
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        for first in range(1, records + 1, CHUNK):
            last = min(first + CHUNK - 1, records)
            connection.executemany(insert, map(record, range(first, last + 1)))
            announce(f"{last:,} of {records:,} items")
        connection.commit()
    if (ends := database.ids(path, 2)) != [1, records] or database.count(path) != records:
        raise LaunchError(
            f"The dataset of {records:,} items was not written as it should be:"
            f" {database.count(path):,} items, the first and last ids {ends}"
        )
