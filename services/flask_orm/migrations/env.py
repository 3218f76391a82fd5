"""How Alembic reaches the database of the application: at the start of the service, and for `flask db`.

One process at a time: copies of the service may start at the same moment.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from alembic import context
from flask import current_app

LOCK = 0x6974656D73  # "items": of this service's migrations, in its database on PostgreSQL

migrate = current_app.extensions["migrate"]
engine = migrate.db.engine
on_sqlite = engine.dialect.name == "sqlite"


@contextmanager
def locked_folder() -> Iterator[None]:
    folder = os.open(Path(engine.url.database).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


with locked_folder() if on_sqlite else nullcontext(), engine.connect() as connection:
    context.configure(connection=connection, target_metadata=migrate.db.metadata, **migrate.configure_args)
    with context.begin_transaction():
        if not on_sqlite:
            # The other copy may take long. But what waits for a table makes all others wait behind it.
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        context.run_migrations()
