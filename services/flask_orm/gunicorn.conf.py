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
from app.config import config as service  # `config` is a setting of Gunicorn


class StdoutLogger(Logger):
    """Gunicorn and Flask log to standard error; this one to standard output, with the access log."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            if type(handler) is logging.StreamHandler:
                handler.setStream(sys.stdout)
        logging.basicConfig(handlers=self.error_log.handlers, level=self.error_log.level)  # Flask's log too


wsgi_app = "app.main:app"
worker_class = "gthread"
bind = f"[{service.host}]:{service.port}" if ":" in service.host else f"{service.host}:{service.port}"
workers = service.web_concurrency
threads = service.threads
keepalive = 75  # longer than a reverse proxy keeps an idle connection, so that the proxy closes it, not we
graceful_timeout = 30
control_socket_disable = True
forwarder_headers = ""  # a client on this host could send SCRIPT_NAME, and would get a 500
if Path("/dev/shm").is_dir():  # noqa: S108 - heartbeat files in memory: a slow disk must not look like a dead worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108
logger_class = StdoutLogger
loglevel = service.log_level
accesslog = "-" if service.access_log else None


def on_starting(_server: Arbiter) -> None:
    db.create()


def post_worker_init(worker: Worker) -> None:
    # Where the master was killed, a worker ends as on SIGTERM; else busy clients would make it keep the port.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != worker.ppid:  # it was killed before that
        sys.exit()
