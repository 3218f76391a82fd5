import contextlib
import ctypes
import fcntl
import logging
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import django
import psycopg
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from gunicorn.arbiter import Arbiter
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.http.wsgi import Response
from gunicorn.workers.base import Worker
from pydantic import BeforeValidator, Field, ValidationError

from app.config import Config

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
except ValidationError as invalid:
    first = invalid.errors(include_input=False)[0]  # a URL may have a password in it
    sys.exit(f"{str(first['loc'][0]).upper()}: {first['msg']}")

LOCK = 0x6974656D73  # "items": of this service's migrations, in its database on PostgreSQL
UNREAD_MAX = 2**24  # bytes: so much of a body that is refused is read, to be thrown away

wsgi_app = "app.wsgi:application"
worker_class = "gthread"
bind = f"[{service.host}]:{service.port}" if ":" in service.host else f"{service.host}:{service.port}"
workers = service.web_concurrency
threads = service.threads
keepalive = 75  # longer than a reverse proxy keeps an idle connection, so that the proxy closes it, not we
graceful_timeout = 30
limit_request_fields = 1024  # 4 KiB of headers may be so many
# Beyond its limit of open files a worker would end; each of its threads has a few besides its connection.
open_files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
worker_connections = max(threads + 1, min(1000, open_files - 64 - 4 * threads))
control_socket_disable = True
forwarder_headers = ""  # a client on this host could send SCRIPT_NAME, and would get a 500
if os.access("/dev/shm", os.W_OK):  # noqa: S108 - heartbeat files in memory: a slow disk must not look like a dead worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108
loglevel = service.log_level
accesslog = "-" if service.access_log else None
# Django leaves it to the server to drop the body of an answer to HEAD; Gunicorn would warn of each.
logging.getLogger("gunicorn.http.wsgi").setLevel(logging.ERROR)
logging.getLogger().setLevel(loglevel.upper())


def on_starting(_server: Arbiter) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "app.settings")
    try:
        django.setup()
    except psycopg.ProgrammingError:  # its own words could repeat a part of the password
        sys.exit("DATABASE_URL: PostgreSQL cannot read it, or does not know one of its parameters")
    try:
        migrate()
    except (OSError, DatabaseError, CommandError) as error:
        sys.exit(f"DATABASE_URL: {connection.settings_dict['NAME']}: {' '.join(str(error).split())}")


def migrate() -> None:
    """Django's migrations, once, however many copies of the service start at the same moment."""
    with locked_folder() if connection.vendor == "sqlite" else advisory_lock():
        loader = MigrationLoader(connection)
        if newer := loader.applied_migrations.keys() - loader.disk_migrations.keys():
            raise CommandError(f"the schema is newer than this service, which does not know {sorted(newer)}")
        call_command("migrate", verbosity=0)


@contextlib.contextmanager
def locked_folder() -> Iterator[None]:
    # Migrations of two processes do not wait for each other by themselves. The lock is on the folder: closing
    # the file of the database would drop SQLite's own locks.
    folder = os.open(Path(connection.settings_dict["NAME"]).absolute().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        connection.close()  # each worker opens its own
        os.close(folder)


@contextlib.contextmanager
def advisory_lock() -> Iterator[None]:
    try:
        with connection.cursor() as cursor:
            # The other copy may take long. But what waits for a table makes all others wait behind it.
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET lock_timeout = 0")
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            cursor.execute("SET lock_timeout = '5s'")
        yield
    finally:
        connection.close()  # and the lock with it; each worker opens its own


def pre_request(_worker: Worker, request: Request) -> None:
    # Where the connection is going to be closed, the answer says so.
    for name, value in request.headers:
        too_large = name == "CONTENT-LENGTH" and int(value) > UNREAD_MAX
        if too_large or (name == "CONNECTION" and "close" in value.lower()):
            request.force_close()


def post_request(_worker: Worker, request: Request, environ: dict[str, Any], _response: Response) -> None:
    # What a refusal left of the body is read, once the answer is sent. Gunicorn would close the connection,
    # although it said the contrary; and a proxy may have sent the next request on it, another client's.
    unread = UNREAD_MAX
    with contextlib.suppress(OSError, ParseException):  # Gunicorn closes the connection then
        environ["gunicorn.socket"].settimeout(5)
        while request.body and unread > 0 and (rest := request.body.read(2**16)):
            unread -= len(rest)


def post_worker_init(worker: Worker) -> None:
    # Where the master was killed, a worker ends as on SIGTERM; else busy clients would make it keep the port.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != worker.ppid:  # it was killed before that
        sys.exit()


def on_exit(_server: Arbiter) -> None:
    if connection.vendor != "sqlite":
        return
    # The workers have closed their connections, perhaps all at once, and then none has emptied the log.
    with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
