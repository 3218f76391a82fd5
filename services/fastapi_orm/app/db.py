"""Sessions on a pool of connections, which are opened in the worker that uses them, never before the fork."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import Engine, event
from sqlmodel import Session, create_engine

from .config import Config
from .errors import unavailable

POOL_TIMEOUT = 30.0  # seconds for a connection to become free
# A server that falls silent, without closing its connections, is given up within 5 seconds; and the service
# by the server, which would keep its connections and locks for two hours. Until then packets are sent again,
# at intervals that double: with a longer limit a connection would rest for seconds after the silence.
SILENCE = {"keepalives_idle": 2, "keepalives_interval": 1, "tcp_user_timeout": 3000}
LIMITS = "-c lock_timeout=5s -c statement_timeout=15s -c tcp_user_timeout=3000 "
LIMITS += "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c application_name=fastapi_orm"
POSTGRESQL = {"connect_timeout": 5, "options": LIMITS, **SILENCE}


def open_engine(config: Config) -> Engine:
    pool: dict[str, Any] = {"pool_size": config.threads, "max_overflow": 0}
    if config.database is None:
        return create_engine(config.database_url, connect_args=POSTGRESQL, pool_pre_ping=True, **pool)
    engine = create_engine(config.database_url, connect_args={"timeout": 5.0}, **pool)

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
    state = request.app.state
    on_server = state.config.database is None
    # No more sessions than connections. The others wait here, not in a thread: the sessions that have
    # a connection need a thread, too, before they give it back.
    try:
        async with asyncio.timeout(POOL_TIMEOUT if on_server else None):
            await state.sessions.acquire()
    except TimeoutError:
        raise unavailable() from None
    try:
        with Session(state.engine, expire_on_commit=False) as session:
            try:
                yield session
            finally:
                if on_server and session.in_transaction():  # then to close it asks the server to roll back
                    await run_in_threadpool(session.close)
    finally:
        state.sessions.release()


# An `async def` that yields costs no change of threads, and with the scope "function" the connection goes
# back before the answer is sent: a client that reads slowly keeps none.
SessionDep = Annotated[Session, Depends(get_session, scope="function")]
