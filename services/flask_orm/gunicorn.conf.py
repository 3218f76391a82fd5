import ctypes
import logging
import os
import resource
import signal
import sqlite3
import sys
from contextlib import closing, suppress
from typing import Annotated, Literal

from alembic import command
from alembic.util import CommandError
from gunicorn.arbiter import Arbiter
from gunicorn.http.message import Request
from gunicorn.workers.base import Worker
from pydantic import BeforeValidator, Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError

from app.config import Config
from app.db import migrations
from app.main import create_app
from app.middleware import UNREAD_MAX
from app.models import db

Lower = BeforeValidator(str.lower)


class Settings(Config):
    """The application's settings, and those of the server."""

    host: Annotated[str, Field(pattern=r"^[^\s/]+$")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    web_concurrency: Annotated[int, Field(ge=1, le=1024)] = 2
    access_log: bool = False
    log_level: Annotated[Literal["debug", "info", "warning", "error", "critical"], Lower] = "info"


try:
    service = Settings()
except ValidationError as error:
    bad = error.errors(include_input=False)[0]  # a URL may have a password in it
    sys.exit(f"{str(bad['loc'][0]).upper()}: {bad['msg']}")

wsgi_app = "app.main:create_app()"
worker_class = "gthread"
bind = f"[{service.host}]:{service.port}" if ":" in service.host else f"{service.host}:{service.port}"
workers = service.web_concurrency
threads = service.threads
# A worker that has no file descriptor left for a connection ends: it must stop to accept before that.
worker_connections = max(threads, min(1000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 64 - 8 * threads))
keepalive = 75  # longer than a reverse proxy keeps an idle connection, so that the proxy closes it, not we
graceful_timeout = 30
limit_request_fields = 1024  # as many as fit into 4 KiB
control_socket_disable = True
forwarder_headers = ""  # a client on this host could send SCRIPT_NAME, and would get a 500
if os.access("/dev/shm", os.W_OK):  # noqa: S108 - heartbeat files in memory: a slow disk must not look like a dead worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108
loglevel = service.log_level
logging.getLogger("app").setLevel(loglevel.upper())
accesslog = "-" if service.access_log else None


def on_starting(_server: Arbiter) -> None:
    if service.database and sqlite3.sqlite_version_info < (3, 37):
        sys.exit(f"SQLite is {sqlite3.sqlite_version}, and STRICT tables need 3.37")
    try:
        with create_app(service).app_context():
            command.upgrade(migrations.get_config(), "head")
            db.engine.dispose()  # each worker opens its own connections
    except (CommandError, SQLAlchemyError, OSError) as error:
        reason = " ".join(str(getattr(error, "orig", error)).split())
        sys.exit(f"DATABASE_URL: {service.database or 'PostgreSQL'}: {reason}")


def post_worker_init(worker: Worker) -> None:
    # Where the master was killed, a worker ends as on SIGTERM; else busy clients would make it keep the port.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != worker.ppid:  # it was killed before that
        sys.exit()


def on_exit(_server: Arbiter) -> None:
    if service.database is None:
        return
    # The workers have closed their connections, perhaps all at once, and then none has emptied the log.
    with suppress(sqlite3.Error), closing(sqlite3.connect(service.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def pre_request(_worker: Worker, request: Request) -> None:
    # Where the connection is going to be closed, the answer says so.
    for name, value in request.headers:
        if (name == "CONNECTION" and "close" in value.lower()) or (
            name == "CONTENT-LENGTH" and int(value) > UNREAD_MAX
        ):
            request.force_close()
