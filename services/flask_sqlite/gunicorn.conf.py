import ctypes
import fcntl
import os
import resource
import signal
import sqlite3
import sys
from contextlib import closing, suppress

from gunicorn.arbiter import Arbiter
from gunicorn.http.message import Request
from gunicorn.workers.base import Worker
from pydantic import ValidationError

from app import db
from app.config import Config
from app.middleware import UNREAD_MAX

try:
    service = Config()
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
accesslog = "-" if service.access_log else None


def on_starting(_server: Arbiter) -> None:
    try:
        folder = os.open(service.database.parent, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)  # several copies may start at once
        db.migrate(service)
        os.close(folder)
    except (RuntimeError, sqlite3.Error, OSError) as error:
        sys.exit(f"DATABASE_URL: {service.database}: {error}")


def post_worker_init(worker: Worker) -> None:
    # Where the master was killed, a worker ends as on SIGTERM; else busy clients would make it keep the port.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != worker.ppid:  # it was killed before that
        sys.exit()


def on_exit(_server: Arbiter) -> None:
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
