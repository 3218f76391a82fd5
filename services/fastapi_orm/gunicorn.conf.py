import ctypes
import logging
import os
import signal
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.util import CommandError
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker
from pydantic import BeforeValidator, Field, ValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.config import Config as AppConfig
from app.db import open_engine

Lower = BeforeValidator(str.lower)


class Settings(AppConfig):
    """The application's settings, and those of the server."""

    host: Annotated[str, Field(pattern=r"^[^\s/]+$")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    web_concurrency: Annotated[int, Field(ge=1, le=1024)] = 2
    worker_class: Literal["asgi", "uvicorn_worker.UvicornWorker"] = "asgi"
    access_log: bool = False
    log_level: Annotated[Literal["debug", "info", "warning", "error", "critical"], Lower] = "info"


try:
    service = Settings()
except ValidationError as error:
    first = error.errors(include_input=False)[0]
    sys.exit(f"{str(first['loc'][0]).upper()}: {first['msg']}")


class StdoutLogger(Logger):
    """Gunicorn writes its own log to standard error; this one to standard output, with the access log."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            if type(handler) is logging.StreamHandler:
                handler.setStream(sys.stdout)
        logging.getLogger("app").handlers = self.error_log.handlers


wsgi_app = "app.main:create_app()"
worker_class = service.worker_class
bind = f"[{service.host}]:{service.port}" if ":" in service.host else f"{service.host}:{service.port}"
limit_request_fields = 1024  # as many as fit into 4 KiB
workers = service.web_concurrency
keepalive = 75  # longer than a reverse proxy keeps an idle connection, so that the proxy closes it, not we
graceful_timeout = 30
asgi_lifespan = "on"
control_socket_disable = True
if os.access("/dev/shm", os.W_OK):  # noqa: S108 - heartbeats in memory: a slow disk must not look like a dead worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108
logger_class = StdoutLogger
loglevel = service.log_level
accesslog = "-" if service.access_log else None


def on_starting(_server: Arbiter) -> None:
    if service.database and sqlite3.sqlite_version_info < (3, 37):
        sys.exit(f"SQLite is {sqlite3.sqlite_version}, and STRICT tables need 3.37")
    try:
        command.upgrade(AlembicConfig(Path(__file__).with_name("alembic.ini")), "head")
    except (CommandError, SQLAlchemyError, OSError) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        sys.exit(f"DATABASE_URL: {service.database or 'PostgreSQL'}: {reason}")


def post_worker_init(worker: Worker) -> None:
    # Where the master was killed, a worker ends as on SIGTERM; else it goes on to serve the connections
    # that it has, and after 30 seconds breaks off what they ask.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != worker.ppid:  # it was killed before that
        sys.exit()


def on_exit(_server: Arbiter) -> None:
    if service.database is None:
        return
    # The workers have closed their connections, perhaps all at once, and then none has emptied the log.
    engine = open_engine(service)
    with suppress(DBAPIError), engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
