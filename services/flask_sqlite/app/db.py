"""A connection for each request, and the table, which is made before the first one."""

import sqlite3
from contextlib import closing
from pathlib import Path

from flask import Flask, current_app, g

from .config import Config

BUSY_TIMEOUT = 5.0  # seconds
# The n-th script leads from version n-1 of the schema to version n, which is the database's user_version.
SCRIPTS = ["schema.sql"]


def get_db() -> sqlite3.Connection:
    """The connection of this request."""
    if "db" not in g:
        config: Config = current_app.config["SERVICE"]
        # mode=rw: a file that is gone is an error, not a new and empty database
        uri = f"{config.database.as_uri()}?mode=rw"
        g.db = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT)
        g.db.row_factory = sqlite3.Row
        if config.sqlite_journal_mode != "WAL":  # which the file keeps
            g.db.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
        g.db.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")
    db: sqlite3.Connection = g.db
    return db


def close_db(_error: BaseException | None) -> None:
    if "db" in g:
        g.pop("db").close()


def init_app(app: Flask, config: Config) -> None:
    app.config["SERVICE"] = config
    app.teardown_appcontext(close_db)


def migrate(config: Config) -> None:
    """Make the table, or bring it to the newest version. One process at a time may do so."""
    if sqlite3.sqlite_version_info < (3, 37):  # STRICT tables
        raise RuntimeError(f"SQLite 3.37 or newer is needed, and this is {sqlite3.sqlite_version}")
    with closing(sqlite3.connect(config.database, timeout=BUSY_TIMEOUT)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(SCRIPTS):
            raise RuntimeError(f"its schema has version {version}, and this service knows {len(SCRIPTS)}")
        for number, name in enumerate(SCRIPTS[version:], version + 1):
            script = Path(__file__).with_name(name).read_text()
            db.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
        db.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
