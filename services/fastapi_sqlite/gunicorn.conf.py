import ctypes
import logging
import os
import signal
import sqlite3
import sys
from contextlib import closing, suppress

from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker
from pydantic import ValidationError

from app import config as settings
from app import db

try:
    service = settings.Config()
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
    if sqlite3.sqlite_version_info < (3, 37):
        sys.exit(f"SQLite is {sqlite3.sqlite_version}, and STRICT tables need 3.37")
    try:
        db.migrate(service)
    except (RuntimeError, sqlite3.Error, OSError) as error:
        sys.exit(f"DATABASE_URL: {service.database}: {error}")


def post_worker_init(worker: Worker) -> None:
    # Where the master was killed, a worker ends as on SIGTERM; else it goes on to serve the connections
    # that it has, and after 30 seconds breaks off what they ask.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != worker.ppid:  # it was killed before that
        sys.exit()


def on_exit(_server: Arbiter) -> None:
    # The workers have closed their connections, perhaps all at once, and then none has emptied the log.
    with suppress(sqlite3.Error), closing(db.connect(service)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
