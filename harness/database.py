"""The service's database, read past the service: what it holds is what was committed."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from harness.service import LaunchError

Record = tuple[str, str | None, float, int]  # name, description, price, quantity

# Every service names its table as its framework does; these columns are the contract's.
TABLE = """
SELECT t.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
WHERE t.type = 'table' AND c.name IN ('id', 'name', 'description', 'price', 'quantity')
GROUP BY t.name HAVING count(*) = 5
"""


@contextmanager
def opened(database: Path, mode: str = "ro") -> Iterator[tuple[sqlite3.Connection, str]]:
    """The database, to be read unless told otherwise, and its table of items as SQL has it."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode={mode}", uri=True)) as connection:
            [(table,)] = connection.execute(TABLE).fetchall()
            yield connection, f'"{table}"'
    except (sqlite3.Error, ValueError) as error:
        raise LaunchError(f"The database at DATABASE_URL holds no table of items: {error}") from error


def ids(database: Path, most: int) -> list[int]:
    """Of all items, or of so many that lie evenly between the first and the last."""
    with opened(database) as (connection, table):
        found = connection.execute(f"SELECT id FROM {table} ORDER BY id LIMIT ?", [most + 1]).fetchall()  # noqa: S608 - its own name
        if len(found) > most:
            [(first, last)] = connection.execute(f"SELECT min(id), max(id) FROM {table}")  # noqa: S608 - its own name
            places = (first + (last - first) * n // (most - 1) for n in range(most))
            query = f"SELECT id FROM {table} WHERE id >= ? ORDER BY id LIMIT 1"  # noqa: S608 - its own name
            found = [connection.execute(query, [place]).fetchone() for place in places]
        return sorted({id_ for (id_,) in found})


def count(database: Path) -> int:
    with opened(database) as (connection, table):
        [(rows,)] = connection.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - its own name
        return int(rows)


def records(database: Path, wanted: Iterable[int] | None = None) -> dict[int, Record]:
    """Of all items, or of those of these that are there."""
    with opened(database) as (connection, table):
        query = f"SELECT id, name, description, price, quantity FROM {table}"  # noqa: S608 - its own name
        rows: Iterable[Any] = connection.execute(query)
        if wanted is not None:
            rows = (row for each in wanted for row in connection.execute(f"{query} WHERE id = ?", [each]))
        return {id_: (name, text, float(price), quantity) for id_, name, text, price, quantity in rows}


def journal_mode(database: Path) -> str:
    """wal, or delete for whatever journal is rolled back: the file does not say which."""
    with opened(database) as (connection, _):
        [(mode,)] = connection.execute("PRAGMA journal_mode")
        return str(mode)


def copy(database: Path, target: Path) -> None:
    """Into one file, without a write-ahead log beside it, while the service has the database open."""
    with opened(database) as (connection, _), closing(sqlite3.connect(target)) as copied:
        connection.backup(copied)
        copied.execute("PRAGMA journal_mode = DELETE")


def settle(database: Path) -> None:
    """A copy that is still on its way to the disk would make the first writes wait for it."""
    with database.open("rb") as file:
        os.fsync(file)
