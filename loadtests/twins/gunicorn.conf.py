"""Gunicorn's settings for a twin on packages of its own, on which those of its service may not load.

Workers, threads, keep-alive, and heartbeats in memory are as there. A service's hooks are not here.
"""

import os
from importlib.util import find_spec

if find_spec("uvicorn_worker"):
    worker_class = "uvicorn_worker.UvicornWorker"
elif find_spec("uvicorn"):  # which had it in itself until 2024
    worker_class = "uvicorn.workers.UvicornWorker"
else:
    worker_class = "gthread"
bind = f"{os.environ['HOST']}:{os.environ['PORT']}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("THREADS", "2"))
keepalive = 75
control_socket_disable = True
if os.access("/dev/shm", os.W_OK):  # noqa: S108 - heartbeats in memory: a slow disk must not look like a dead worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108
