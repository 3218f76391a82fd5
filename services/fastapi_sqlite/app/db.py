"""As many connections as threads, opened in the worker that uses them, never before the fork."""

import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI, Request, Response

from .config import Config

SCHEMA = Path(__file__).with_name("schema.sql")
SCHEMA_VERSION = 1
BUSY_TIMEOUT = 5.0  # seconds


def connect(config: Config) -> sqlite3.Connection:
    # isolation_level None: each statement is a transaction of its own, and several need a BEGIN IMMEDIATE
    db = sqlite3.connect(config.database, BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    db.execute(f"PRAGMA synchronous = {config.sqlite_synchronous}")
    return db


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.limiter = CapacityLimiter(app.state.config.threads)
    app.state.idle = [connect(app.state.config) for _ in range(app.state.config.threads)]
    yield
    close_idle(app)


def close_idle(app: FastAPI) -> None:
    while app.state.idle:
        app.state.idle.pop().close()


async def get_db(request: Request, response: Response) -> AsyncIterator[sqlite3.Connection]:
    response.headers["Cache-Control"] = "no-store"  # a row may change before the next request
    state = request.app.state
    async with state.limiter:
        db = state.idle.pop() if state.idle else connect(state.config)
        try:
            yield db
        finally:
            db.rollback()  # what the operation left open, if anything
            state.idle.append(db)


# An `async def` that yields costs no change of threads, and with the scope "function" the connection goes
# back before the answer is sent: a client that reads slowly keeps none.
Database = Annotated[sqlite3.Connection, Depends(get_db, scope="function")]


def migrate(config: Config) -> None:
    """Make the table, once: copies of the service that start at the same moment wait for one another."""
    folder = os.open(config.database.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with closing(connect(config)) as db:
            [version] = db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                db.executescript(SCHEMA.read_text())
            elif version != SCHEMA_VERSION:
                raise RuntimeError(f"the database has schema version {version}, not {SCHEMA_VERSION}")
            # Last: a database that is not ours stays as it was.
            db.execute(f"PRAGMA journal_mode = {config.sqlite_journal_mode}")
    finally:
        os.close(folder)
