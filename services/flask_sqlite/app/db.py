"""A connection for each request, and the table, which is made before the first one."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from flask import Flask, current_app, g

from .config import Config

BUSY_TIMEOUT = 5.0  # seconds
SQLITE_MIN = (3, 37)  # STRICT tables
# The n-th script leads from version n-1 of the schema to version n, which is the database's user_version.
SCRIPTS = ["schema.sql"]


class SchemaError(Exception):
    """The database is not one that this service can use."""


def connect(config: Config) -> sqlite3.Connection:
    # mode=rw: a file that is gone is an error, not a new and empty database
    uri = f"{config.database.as_uri()}?mode=rw"
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT)
    db.row_factory = sqlite3.Row
    if config.sqlite_journal_mode != "WAL":  # which the file keeps
        db.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
    db.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")
    return db


def get_db() -> sqlite3.Connection:
    """The connection of this request."""
    if "db" not in g:
        g.db = connect(current_app.config["SERVICE"])
    db: sqlite3.Connection = g.db
    return db


def close_db(_error: BaseException | None) -> None:
    if "db" in g:
        g.pop("db").close()


def init_app(app: Flask, config: Config) -> None:
    app.config["SERVICE"] = config
    app.teardown_appcontext(close_db)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One copy of the service at a time: the others wait here."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def migrate(config: Config) -> None:
    """Make the table, or bring it to the newest version."""
    if sqlite3.sqlite_version_info < SQLITE_MIN:
        raise SchemaError(f"SQLite 3.37 or newer is needed, and this is {sqlite3.sqlite_version}")
    with (
        locked(config.database.parent),
        closing(sqlite3.connect(config.database, timeout=BUSY_TIMEOUT)) as db,
    ):
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(SCRIPTS):
            raise SchemaError(f"its schema has version {version}, and this service knows {len(SCRIPTS)}")
        if version == 0 and db.execute("SELECT 1 FROM sqlite_schema").fetchone():
            raise SchemaError("it holds tables of something else")
        for number, name in enumerate(SCRIPTS[version:], version + 1):
            script = Path(__file__).with_name(name).read_text()
            db.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
        db.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
