"""Sessions on a pool of connections, which are opened in the worker that uses them, never before the fork."""

import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from alembic import command
from alembic.config import Config as AlembicConfig
from anyio import CapacityLimiter
from fastapi import Depends, FastAPI, Request, Response
from sqlalchemy import Engine, event
from sqlmodel import Session, create_engine

from .config import Config

ALEMBIC = Path(__file__).parents[1] / "alembic.ini"
BUSY_TIMEOUT = 5.0  # seconds


def open_engine(config: Config) -> Engine:
    engine = create_engine(
        config.database_url,
        connect_args={"timeout": BUSY_TIMEOUT},
        pool_size=config.threads,
        max_overflow=0,
    )

    @event.listens_for(engine, "connect")
    def set_synchronous(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")

    return engine


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.sessions = CapacityLimiter(app.state.config.threads)
    app.state.engine = open_engine(app.state.config)
    yield
    app.state.engine.dispose()


async def get_session(request: Request, response: Response) -> AsyncIterator[Session]:
    response.headers["Cache-Control"] = "no-store"  # a row may change before the next request
    # No more sessions than connections. The others wait here, not in a thread: the sessions that have
    # a connection need a thread, too, before they give it back.
    async with request.app.state.sessions:
        with Session(request.app.state.engine, expire_on_commit=False) as session:
            yield session


# An `async def` that yields costs no change of threads, and with the scope "function" the connection goes
# back before the answer is sent: a client that reads slowly keeps none.
SessionDep = Annotated[Session, Depends(get_session, scope="function")]


def migrate(config: Config) -> None:
    """Bring the schema up to date: copies that start at the same moment wait for one another."""
    folder = os.open(config.database.parent, os.O_RDONLY)
    engine = open_engine(config)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with engine.connect() as connection:
            # One transaction of it all: by itself the driver begins none before it makes a table.
            event.listen(connection, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
            with connection.begin():
                alembic = AlembicConfig(ALEMBIC)
                alembic.attributes["connection"] = connection
                command.upgrade(alembic, "head")
        # Last: a database that is not ours stays as it was.
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
    finally:
        engine.dispose()
        os.close(folder)
