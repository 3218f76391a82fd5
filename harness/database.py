"""The service's database, read past the service: what it holds is what was committed."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.service import LaunchError

if TYPE_CHECKING:  # takes long to import, where the database is a file
    import psycopg

Database = Path | str  # SQLite's file, or the URL of a database on PostgreSQL
Record = tuple[str, str | None, float, int]  # name, description, price, quantity

# Every service names its table as its framework does; these columns are the contract's.
TABLE = """
SELECT t.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c
WHERE t.type = 'table' AND c.name IN ('id', 'name', 'description', 'price', 'quantity')
GROUP BY t.name HAVING count(*) = 5
"""
TABLE_OF_POSTGRESQL = b"""
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name IN ('id', 'name', 'description', 'price', 'quantity')
GROUP BY table_name HAVING count(*) = 5
"""
DURABILITY = ("server_version", "fsync", "synchronous_commit")


@contextmanager
def opened(database: Path, mode: str = "ro") -> Iterator[tuple[sqlite3.Connection, str]]:
    """The database, to be read unless told otherwise, and its table of items as SQL has it."""
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode={mode}", uri=True)) as connection:
            [(table,)] = connection.execute(TABLE).fetchall()
            yield connection, f'"{table}"'
    except (sqlite3.Error, ValueError) as error:
        raise LaunchError(f"The database at DATABASE_URL holds no table of items: {error}") from error


@contextmanager
def reading(database: Database) -> Iterator[tuple[Callable[[str], Any], str]]:
    """What runs a query on it, and its table of items as SQL has it."""
    if isinstance(database, Path):
        with opened(database) as (connection, table):
            yield connection.execute, table
        return
    with connected(database) as server:
        [(name,)] = server.execute(TABLE_OF_POSTGRESQL).fetchall()
        yield lambda query: server.execute(query.encode()), f'"{name}"'


@contextmanager
def connected(url: str) -> Iterator["psycopg.Connection"]:
    import psycopg

    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            yield connection
    except (psycopg.Error, ValueError) as error:
        raise LaunchError(f"PostgreSQL: {' '.join(str(error).split())}") from error


def ids(database: Database, most: int) -> list[int]:
    """Of all items, or of so many that lie evenly between the first and the last."""
    with reading(database) as (run, table):
        rows = run(f"SELECT id FROM {table} ORDER BY id LIMIT {most + 1}").fetchall()  # noqa: S608 - its own name
        if len(rows) > most:
            [(first, last)] = run(f"SELECT min(id), max(id) FROM {table}")  # noqa: S608 - its own name
            places = (first + (last - first) * n // (most - 1) for n in range(most))
            query = f"SELECT id FROM {table} WHERE id >= {{}} ORDER BY id LIMIT 1"  # noqa: S608 - its own name
            rows = [run(query.format(place)).fetchone() for place in places]
        return sorted({id_ for (id_,) in rows})


def count(database: Database) -> int:
    with reading(database) as (run, table):
        [(rows,)] = run(f"SELECT count(*) FROM {table}")  # noqa: S608 - its own name
        return int(rows)


def records(database: Database, item_ids: Iterable[int] | None = None) -> dict[int, Record]:
    """Of all items, or of these where they exist."""
    with reading(database) as (run, table):
        query = f"SELECT id, name, description, price, quantity FROM {table}"  # noqa: S608 - its own name
        rows: Iterable[Any] = run(query)
        if item_ids is not None:
            rows = (row for item_id in item_ids for row in run(f"{query} WHERE id = {item_id:d}"))
        return {id_: (name, text, float(price), quantity) for id_, name, text, price, quantity in rows}


def durability(database: Database) -> dict[str, str]:
    """How it keeps a commit; a file tells a journal that is written ahead from one that is rolled back."""
    if isinstance(database, Path):
        with opened(database) as (connection, _):
            [(mode,)] = connection.execute("PRAGMA journal_mode")
        return {"journal_mode": str(mode).upper()}
    with connected(database) as connection:
        query = f"SELECT {', '.join(f'current_setting({name!r})' for name in DURABILITY)}"
        return dict(zip(DURABILITY, connection.execute(query.encode()).fetchone() or (), strict=True))


def copy(database: Path, target: Path) -> None:
    """Into one file, without a write-ahead log beside it, while the service has the database open."""
    with opened(database) as (connection, _), closing(sqlite3.connect(target)) as copied:
        connection.backup(copied)
        copied.execute("PRAGMA journal_mode = DELETE")


def settle(database: Database) -> None:
    """Nothing that was written before holds up the first requests, or changes how they are planned later."""
    if isinstance(database, Path):
        with database.open("rb") as file:
            os.fsync(file)
        return
    from psycopg.errors import InsufficientPrivilege

    with reading(database) as (run, table):
        run(f"VACUUM (ANALYZE) {table}")
        with suppress(InsufficientPrivilege):  # on a given server
            run("CHECKPOINT")
