"""One connection for each thread, opened in the worker that uses it, never before the fork."""

import os
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from .config import config

DATABASE = config.database
SCHEMA = Path(__file__).with_name("schema.sql")
SCHEMA_VERSION = 1
BUSY_TIMEOUT = 5.0  # seconds
ROOM = 2**20  # bytes: a disk with less is full

Row = dict[str, Any]
Answer = TypeVar("Answer")


class Local(threading.local):
    connection: sqlite3.Connection | None = None
    inode: int | None = None


_local = Local()
# Threads of their own for reads: those of the writes may all be waiting for the lock.
_readers = CapacityLimiter(config.threads)


def _open(mode: str, timeout: float) -> sqlite3.Connection:
    if mode == "rw" and not os.access(DATABASE, os.W_OK):
        # opened all the same, it would stay read-only for every connection of the process, and for good
        raise sqlite3.OperationalError("the database file is read-only")
    # isolation_level None: each statement is its own transaction, committed when execute() returns
    connection = sqlite3.connect(
        f"{DATABASE.as_uri()}?mode={mode}", uri=True, timeout=timeout, isolation_level=None
    )
    connection.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")
    return connection


def _set_journal_mode(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")


def _connection(timeout: float) -> sqlite3.Connection:
    """This thread's connection, a new one where the file is no longer the one that was opened."""
    try:
        inode = DATABASE.stat().st_ino
    except OSError as error:
        raise sqlite3.OperationalError("no database file") from error
    if _local.connection is None or _local.inode != inode:
        close()
        _local.connection, _local.inode = _open("rw", timeout), inode
        _set_journal_mode(_local.connection)
    return _local.connection


def close() -> None:
    if _local.connection:
        _local.connection.close()
    _local.connection = None


def _busy(error: sqlite3.Error) -> bool:
    # the low byte: SQLITE_BUSY_RECOVERY and the like are busy too
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def run(query: Callable[..., Answer], *args: Any, timeout: float = BUSY_TIMEOUT) -> Answer:
    """Here and now: for the threads of the pool, where writes run."""
    try:
        return query(_connection(timeout), *args)
    except sqlite3.DatabaseError as error:
        if not _busy(error):
            close()
        raise


async def run_in_thread(query: Callable[..., Answer], *args: Any) -> Answer:
    """For a read that may take long."""
    return await to_thread.run_sync(partial(run, query, *args), limiter=_readers)


async def run_at_once(query: Callable[..., Answer], *args: Any) -> Answer:
    """For a read shorter than a change of threads: on the event loop, or in a thread if it must wait."""
    try:
        return run(query, *args, timeout=0)
    except sqlite3.OperationalError as error:
        if not _busy(error):
            raise
    return await run_in_thread(query, *args)


def ensure_writable() -> None:
    """Raises sqlite3.OperationalError where the next write would find no room, or no permission."""
    if not os.access(DATABASE, os.W_OK) or shutil.disk_usage(DATABASE.parent).free < ROOM:
        raise sqlite3.OperationalError("the disk is full, or read-only")


def create() -> None:
    """Make the table, once, however many copies of the service start at the same moment."""
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            return _create()
        except sqlite3.Error as error:
            # A change of journal mode does not wait for the lock by itself.
            if not _busy(error) or time.monotonic() > deadline:
                sys.exit(f"DATABASE_URL: {DATABASE}: {error}")
            time.sleep(0.02)


def _create() -> None:
    with closing(_open("rwc", BUSY_TIMEOUT)) as connection:
        version, tables = connection.execute(
            "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version"
        ).fetchone()
        if (version, tables) == (0, 0):
            connection.executescript(SCHEMA.read_text())
        elif version != SCHEMA_VERSION:
            sys.exit(f"DATABASE_URL: {DATABASE} has schema version {version}, not {SCHEMA_VERSION}")
        _set_journal_mode(connection)  # last: a database that is not ours stays as it was
