import ctypes
import logging
import os
import signal
import sys
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from app import db
from app import settings as service


class StdoutLogger(Logger):
    """Gunicorn writes its own log to standard error; this one to standard output, with the access log."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            if type(handler) is logging.StreamHandler:
                handler.setStream(sys.stdout)


wsgi_app = "app.wsgi:application"
worker_class = "gthread"
bind = f"[{service.HOST}]:{service.PORT}" if ":" in service.HOST else f"{service.HOST}:{service.PORT}"
workers = service.WEB_CONCURRENCY
threads = service.THREADS
keepalive = 75  # longer than a reverse proxy keeps an idle connection, so that the proxy closes it, not we
graceful_timeout = 30
control_socket_disable = True
forwarder_headers = ""  # a client on this host could send SCRIPT_NAME, and would get a 500
if Path("/dev/shm").is_dir():  # noqa: S108 - heartbeat files in memory: a slow disk must not look like a dead worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108
logger_class = StdoutLogger
loglevel = service.LOG_LEVEL
accesslog = "-" if service.ACCESS_LOG else None


def on_starting(_server: Arbiter) -> None:
    db.create()


def post_worker_init(worker: Worker) -> None:
    # Where the master was killed, a worker ends as on SIGTERM; else busy clients would make it keep the port.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != worker.ppid:  # it was killed before that
        sys.exit()
