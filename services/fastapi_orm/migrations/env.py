"""How Alembic reaches the database, at the start of the service and for the command `alembic`.

One process at a time, in one transaction.
"""

import fcntl
import os
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, Engine, event
from sqlmodel import SQLModel

from app import models  # noqa: F401 - the tables, for `alembic revision --autogenerate`
from app.config import Config
from app.db import open_engine

LOCK = 0x6974656D73  # "items": of this service's migrations, in its database


def run(connection: Connection) -> None:
    # SQLite alters little of a table: Alembic copies it, "in a batch".
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def on_postgresql(engine: Engine) -> None:
    with engine.begin() as connection:
        # The other copy may take long. But what waits for a table makes all others wait behind it.
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        run(connection)


def on_sqlite(engine: Engine, database: Path) -> None:
    folder = os.open(database.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with engine.connect() as connection:
            # One transaction of it all: by itself the driver begins none before it makes a table.
            event.listen(connection, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
            with connection.begin():
                run(connection)
        # Last: a database that is not ours stays as it was.
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
    finally:
        os.close(folder)


config = Config()
engine = open_engine(config)
try:
    if config.database:
        on_sqlite(engine, config.database)
    else:
        on_postgresql(engine)
finally:
    engine.dispose()
