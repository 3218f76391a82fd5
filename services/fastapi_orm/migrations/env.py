"""How Alembic reaches the database: as the service does when it starts, or for the command `alembic`."""

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from app import models  # noqa: F401 - the tables, for `alembic revision --autogenerate`
from app.config import Config
from app.db import open_engine


def run(connection: Connection) -> None:
    # SQLite alters little of a table: Alembic copies it, "in a batch".
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    with open_engine(Config()).begin() as connection:
        run(connection)
