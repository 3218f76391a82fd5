"""The engine, and the schema, which is brought to its newest version before the first request."""

import sqlite3
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate, upgrade  # type: ignore[import-untyped]  # it has no types
from sqlalchemy import URL, event

from .config import Config
from .models import db

BUSY_TIMEOUT = 5.0  # seconds

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
        app.extensions["sqlalchemy"].engine.dispose()


def migrate(app: Flask) -> None:
    """Make the table, or bring it to the newest version. One process at a time may do so."""
    if sqlite3.sqlite_version_info < (3, 37):  # STRICT tables
        raise RuntimeError(f"SQLite 3.37 or newer is needed, and this is {sqlite3.sqlite_version}")
    with app.app_context():
        upgrade()
    dispose(app)
