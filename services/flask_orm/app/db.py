"""The engine: a pool of connections, which are opened when they are needed, never before the fork."""

import sqlite3
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate  # type: ignore[import-untyped]  # it has no types
from sqlalchemy import URL, event

from .config import Config
from .models import db

# A server that falls silent, without closing its connections, is given up within 5 seconds; and the service
# by the server, which would keep its connections and locks for two hours. Until then packets are sent again,
# at intervals that double: with a longer limit a connection would rest for seconds after the silence.
SILENCE = {"keepalives_idle": 2, "keepalives_interval": 1, "tcp_user_timeout": 3000}
LIMITS = "-c lock_timeout=5s -c statement_timeout=15s -c tcp_user_timeout=3000 "
LIMITS += "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c application_name=flask_orm"
POSTGRESQL = {"connect_timeout": 5, "options": LIMITS, **SILENCE}

migrations = Migrate(db=db, directory=str(Path(__file__).parents[1] / "migrations"))


def init_app(app: Flask, config: Config) -> None:
    engine: dict[str, Any] = {"pool_size": config.threads}  # none of the threads waits for the pool
    if config.database:
        app.config["SQLALCHEMY_DATABASE_URI"] = URL.create("sqlite", database=str(config.database))
        engine |= {"connect_args": {"timeout": 5.0}}
    else:
        app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
        engine |= {"connect_args": POSTGRESQL, "max_overflow": 0, "pool_pre_ping": True}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine
    db.init_app(app)
    migrations.init_app(app)

    def set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
        connection.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")

    if config.database:
        with app.app_context():
            event.listen(db.engine, "connect", set_pragmas)
