"""One connection for each thread, opened in the worker that uses it, never before the fork."""

import os
import shutil
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from .config import config

DATABASE = config.database
SCHEMA = Path(__file__).with_name("schema.sql")
SCHEMA_VERSION = 1
BUSY_TIMEOUT = 5.0  # seconds
ROOM = 2**20  # bytes: a disk with less is full

Row = dict[str, Any]

_local = threading.local()


def _open(mode: str) -> sqlite3.Connection:
    if mode == "rw" and not os.access(DATABASE, os.W_OK):
        # opened all the same, it would stay read-only for every connection of the process, and for good
        raise sqlite3.OperationalError("the database file is read-only")
    uri = f"{DATABASE.as_uri()}?mode={mode}"
    # isolation_level None: each statement is its own transaction, committed when execute() returns
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None)
    connection.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")
    return connection


def connection() -> sqlite3.Connection:
    """This thread's connection, a new one where the file is no longer the one that was opened.

    Raises sqlite3.OperationalError where there is no database.
    """
    try:
        inode = DATABASE.stat().st_ino
    except OSError as error:
        raise sqlite3.OperationalError("no database file") from error
    if getattr(_local, "inode", None) != inode:
        close()
        _local.connection, _local.inode = _open("rw"), inode
        _set_journal_mode(_local.connection)
    found: sqlite3.Connection = _local.connection
    return found


def close() -> None:
    if hasattr(_local, "connection"):
        _local.connection.close()
        del _local.connection, _local.inode


def _set_journal_mode(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")


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
            busy = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                sys.exit(f"DATABASE_URL: {DATABASE}: {error}")
            time.sleep(0.02)


def _create() -> None:
    with closing(_open("rwc")) as connection:
        version, tables = connection.execute(
            "SELECT user_version, (SELECT count(*) FROM sqlite_schema) FROM pragma_user_version"
        ).fetchone()
        if (version, tables) == (0, 0):
            connection.executescript(SCHEMA.read_text())
        elif version != SCHEMA_VERSION:
            sys.exit(f"DATABASE_URL: {DATABASE} has schema version {version}, not {SCHEMA_VERSION}")
        _set_journal_mode(connection)  # last: a database that is not ours stays as it was
