"""As many connections as threads, opened in the worker that uses them, never before the fork."""

import fcntl
import os
import sqlite3
from asyncio import LifoQueue
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request, Response

from .config import Config

SCHEMA = Path(__file__).with_name("schema.sql")
SCHEMA_VERSION = 1
BUSY_TIMEOUT = 5.0  # seconds

Pool = LifoQueue[sqlite3.Connection]


class SchemaError(Exception):
    """The database is not one that this version of the service can use."""


def connect(config: Config) -> sqlite3.Connection:
    # isolation_level None: each statement is a transaction of its own, and several need a BEGIN IMMEDIATE
    db = sqlite3.connect(config.database, BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")
    return db


@contextmanager
def open_pool(config: Config) -> Iterator[Pool]:
    pool = Pool()
    for _ in range(config.threads):
        pool.put_nowait(connect(config))
    yield pool
    while not pool.empty():
        pool.get_nowait().close()


async def get_db(request: Request, response: Response) -> AsyncIterator[sqlite3.Connection]:
    response.headers["Cache-Control"] = "no-store"  # a row may change before the next request
    pool: Pool = request.app.state.pool
    db = await pool.get()
    try:
        yield db
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY:
            # What was opened on a read-only file stays so until all of this process have closed it.
            stale = [db, *(pool.get_nowait() for _ in range(pool.qsize()))]
            for connection in stale:
                connection.close()
            db, *others = [connect(request.app.state.config) for _ in stale]
            for connection in others:
                pool.put_nowait(connection)
        raise
    finally:
        if db.in_transaction:
            db.rollback()
        pool.put_nowait(db)


# An `async def` that yields costs no change of threads, and with the scope "function" the connection goes
# back before the answer is sent: a client that reads slowly keeps none.
Database = Annotated[sqlite3.Connection, Depends(get_db, scope="function")]


def migrate(config: Config) -> None:
    """Make the table, once: copies of the service that start at the same moment wait for one another."""
    folder = os.open(config.database.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with closing(connect(config)) as db:
            make_table(db)
            # Last: a database that is not ours stays as it was.
            db.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
    finally:
        os.close(folder)


def make_table(db: sqlite3.Connection) -> None:
    version, tables = db.execute(
        "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version"
    ).fetchone()
    if (version, tables) == (0, 0):
        db.executescript(SCHEMA.read_text())
    elif version != SCHEMA_VERSION:
        raise SchemaError(f"the database has schema version {version}, not {SCHEMA_VERSION}")
