"""The engine, and the schema, which is brought to its newest version before the first request."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate, upgrade  # type: ignore[import-untyped]  # it has no types
from sqlalchemy import URL, event

from .config import Config
from .models import db

BUSY_TIMEOUT = 5.0  # seconds
SQLITE_MIN = (3, 37)  # STRICT tables

migrations = Migrate(db=db, directory=str(Path(__file__).parents[1] / "migrations"))


def init_app(app: Flask, config: Config) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = URL.create("sqlite", database=str(config.database))
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "connect_args": {"timeout": BUSY_TIMEOUT},
        "pool_size": config.threads,  # a connection for each thread: none waits for the pool
    }
    db.init_app(app)
    migrations.init_app(app)

    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
        connection.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")

    with app.app_context():
        event.listen(db.engine, "connect", set_pragmas)


def dispose(app: Flask) -> None:
    """Close the connections. The last one of all processes leaves everything in one file."""
    with app.app_context():
        db.engine.dispose()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One copy of the service at a time: the others wait here."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def migrate(app: Flask, config: Config) -> None:
    """Make the table, or bring it to the newest version."""
    if sqlite3.sqlite_version_info < SQLITE_MIN:
        raise RuntimeError(f"SQLite 3.37 or newer is needed, and this is {sqlite3.sqlite_version}")
    with locked(config.database.parent), app.app_context():
        upgrade()
    dispose(app)
