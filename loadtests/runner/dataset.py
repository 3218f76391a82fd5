"""The records that the k6 scripts send, made once more: what the database has to hold when they are done.

The same arithmetic as in k6/lib/items.js; a test holds the two together.
"""

from collections.abc import Collection, Mapping, Sequence

from harness.database import Record

REPLACEMENTS = 5000  # the number of the record that replace_item's first iteration sends


def record(n: int) -> Record:
    description = None if n % 5 == 0 else f"The item number {n} of the dataset, kept in aisle {n % 40}."
    return f"Item {n}", description, (n * 7919) % 100000 / 100, (n * 31) % 1000


def scattered(ids: Sequence[int], n: int) -> int:
    stride = 7907 if len(ids) % 7919 == 0 else 7919
    return ids[n * stride % len(ids)]


def replacements(ids: Sequence[int], iterations: int) -> dict[int, set[Record]]:
    """What replace_item wrote to each item; of several records the service alone knows the last."""
    written: dict[int, set[Record]] = {}
    for n in range(iterations):
        written.setdefault(scattered(ids, n), set()).add(record(REPLACEMENTS + n))
    return written


def lost(written: Mapping[int, Collection[Record]], stored: Mapping[int, Record]) -> list[int]:
    """The items that do not hold what was written to them."""
    return [item_id for item_id, records in written.items() if stored.get(item_id) not in records]
