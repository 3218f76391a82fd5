"""The engine, its connections opened in the worker that uses them, never before the fork."""

import os
import shutil
import sqlite3
import sys
import time

from flask import Flask
from sqlalchemy import URL, Connection, NullPool, create_engine, event, inspect
from sqlalchemy.exc import DatabaseError, DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from . import models
from .config import config

DATABASE = config.database
SCHEMA_VERSION = 1
BUSY_TIMEOUT = 5.0  # seconds
ROOM = 2**20  # bytes: a disk with less is full
# AUTOCOMMIT: each statement is its own transaction, committed when it returns
OPTIONS = {"connect_args": {"timeout": BUSY_TIMEOUT}, "isolation_level": "AUTOCOMMIT"}


def _url(mode: str) -> URL:
    return URL.create("sqlite", database=DATABASE.as_uri(), query={"mode": mode, "uri": "true"})


def _inode() -> int | None:
    try:
        return DATABASE.stat().st_ino
    except OSError:
        return None


def _before_connect(_dialect: object, record: ConnectionPoolEntry, *_: object) -> None:
    if not os.access(DATABASE, os.W_OK):
        # opened all the same, it would stay read-only for every connection of the process, and for good
        raise sqlite3.OperationalError("the database file is read-only, or not there")
    record.info["inode"] = _inode()


def _connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
    connection.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")


def _checkout(_connection: object, record: ConnectionPoolEntry, _proxy: object) -> None:
    if record.info["inode"] != _inode():
        raise DisconnectionError("the file is no longer the one that was opened")  # the pool connects anew


def connection() -> Connection:
    """For a `with`: then it goes back to the pool.

    Raises sqlalchemy.exc.OperationalError where there is no database.
    """
    return models.db.engine.connect()


def busy(error: BaseException | None) -> bool:
    # the low byte: SQLITE_BUSY_RECOVERY and the like are busy too
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def close() -> None:
    models.db.engine.dispose()


def register(app: Flask) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = _url("rw")
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        **OPTIONS,
        "pool_size": config.threads,  # a connection for each thread: none waits for the pool
        "max_overflow": 0,
    }
    models.db.init_app(app)
    with app.app_context():
        engine = models.db.engine
    event.listen(engine, "do_connect", _before_connect)
    event.listen(engine, "connect", _connect)
    event.listen(engine, "checkout", _checkout)


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
    engine = create_engine(_url("rwc"), poolclass=NullPool, **OPTIONS)
    with engine.connect() as connection:
        new = not inspect(connection).get_table_names()
        # asked after the tables: another copy may be making them now
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if new and version == 0:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            models.db.metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.exec_driver_sql("COMMIT")
        elif version != SCHEMA_VERSION:
            sys.exit(f"DATABASE_URL: {DATABASE} has schema version {version}, not {SCHEMA_VERSION}")
        connection.exec_driver_sql(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
