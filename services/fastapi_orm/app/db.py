"""Connections are pooled, and opened in the worker that uses them, never before the fork."""

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy import URL, Connection, Engine, NullPool, event
from sqlalchemy.exc import DatabaseError, DisconnectionError, OperationalError
from sqlmodel import create_engine

from .config import config
from .models import items

DATABASE = config.database
SCHEMA_VERSION = 1
BUSY_TIMEOUT = 5.0  # seconds
ROOM = 2**20  # bytes: a disk with less is full

Answer = TypeVar("Answer")


def _inode() -> int | None:
    try:
        return DATABASE.stat().st_ino
    except OSError:
        return None


def _before_connect(_dialect: object, _record: object, *_: object) -> None:
    if not os.access(DATABASE, os.W_OK):
        # opened all the same, it would stay read-only for every connection of the process, and for good
        raise sqlite3.OperationalError("the database file is read-only, or not there")


def _opened(connection: sqlite3.Connection, record: Any) -> None:
    connection.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")
    record.info["inode"] = _inode()


def _checked_out(_connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
    # the pool answers with a new connection where the file is no longer the one that was opened
    if record.info["inode"] != _inode():
        raise DisconnectionError


def busy(error: BaseException | None) -> bool:
    # the low byte: SQLITE_BUSY_RECOVERY and the like are busy too
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def open_engine(timeout: float, mode: str = "rw", **options: Any) -> Engine:
    url = URL.create("sqlite", database=DATABASE.as_uri(), query={"mode": mode, "uri": "true"})
    # AUTOCOMMIT: each statement is its own transaction, committed when it returns
    engine = create_engine(url, connect_args={"timeout": timeout}, isolation_level="AUTOCOMMIT", **options)
    if mode == "rw":
        event.listen(engine, "do_connect", _before_connect)
    event.listen(engine, "connect", _opened)
    event.listen(engine, "checkout", _checked_out)
    return engine


# Pools without a limit of their own: the threads are limited.
patient = open_engine(BUSY_TIMEOUT, pool_size=0)
impatient = open_engine(0, pool_size=0)
# Threads of their own for reads: those of the writes may all be waiting for the lock.
_readers = CapacityLimiter(config.threads)


def run(work: Callable[[Connection], Answer], engine: Engine | None = None) -> Answer:
    """Here and now: for the threads of the pool, where writes run."""
    with (engine or patient).connect() as connection:
        return work(connection)


async def run_in_thread(work: Callable[[Connection], Answer]) -> Answer:
    """For a read that may take long."""
    return await to_thread.run_sync(run, work, limiter=_readers)


async def run_at_once(work: Callable[[Connection], Answer]) -> Answer:
    """For a read as short as a change of threads: on the event loop, or in a thread if it must wait."""
    try:
        return run(work, impatient)
    except DatabaseError as error:
        if not busy(error.orig):
            raise
    return await run_in_thread(work)


def close() -> None:
    # all, not only the one that failed: they share what the first one found, such as a read-only file
    patient.dispose()
    impatient.dispose()


def ensure_writable() -> None:
    """Raises sqlalchemy.exc.OperationalError where the next write would find no room, or no permission."""
    if not os.access(DATABASE, os.W_OK) or shutil.disk_usage(DATABASE.parent).free < ROOM:
        raise OperationalError(None, None, sqlite3.OperationalError("the disk is full, or read-only"))


def create() -> None:
    """Make the table, once, however many copies of the service start at the same moment."""
    deadline = time.monotonic() + BUSY_TIMEOUT
    while True:
        try:
            return _create()
        except DatabaseError as error:
            # A change of journal mode does not wait for the lock by itself.
            if not busy(error.orig) or time.monotonic() > deadline:
                sys.exit(f"DATABASE_URL: {DATABASE}: {error.orig}")
            time.sleep(0.02)


def _create() -> None:
    with open_engine(BUSY_TIMEOUT, "rwc", poolclass=NullPool).connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        version, tables = connection.exec_driver_sql(
            "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version"
        ).one()
        if (version, tables) == (0, 0):
            items.create(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
        elif version != SCHEMA_VERSION:
            sys.exit(f"DATABASE_URL: {DATABASE} has schema version {version}, not {SCHEMA_VERSION}")
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
