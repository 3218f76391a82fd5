# ruff: noqa: INP001 - a folder of PYTHONPATH, and no package
"""Lets a process that is measured be asked what it runs on: at SIGURG it writes $PROBE/<pid>.json.

Python imports this at its start where PYTHONPATH names this folder. A measured process pays for one signal
handler: the rest runs when the process is asked, between the warm-up and the first scenario.
"""

import os
import signal
import sys
from types import FrameType
from typing import Any

Facts = dict[str, Any]


def answer(_number: int, frame: FrameType | None) -> None:
    import threading

    # In a thread: the interrupted one may hold the very lock that the questions need.
    facts = {**server(frame), "connections": connections(), "packages": packages()}
    threading.Thread(target=write, args=(facts, facts.pop("pool"))).start()


def server(frame: FrameType | None) -> Facts:
    worker, asyncio = the_worker(frame), sys.modules.get("asyncio")
    pool, uvicorn = getattr(worker, "tpool", None), getattr(worker, "config", None)
    parser = getattr(uvicorn, "http_protocol_class", None)
    native = "gunicorn_h1c" if "gunicorn_h1c" in sys.modules else "gunicorn"
    loop = asyncio._get_running_loop() if asyncio else None  # noqa: SLF001 - the public one raises where there is none
    return {
        "worker_class": named(type(worker)) if worker else None,
        "threads": getattr(pool, "_max_workers", None),
        "keepalive": getattr(getattr(worker, "cfg", None), "keepalive", None),
        "event_loop": named(type(loop)) if loop else None,
        "http_parser": named(parser) if parser else native if worker else None,
        "python": ".".join(map(str, sys.version_info[:3])),
        "prefix": sys.prefix,
        "pool": pool,
    }


def the_worker(frame: FrameType | None) -> object:
    """Gunicorn's, whose method runs at the bottom of the main thread's stack."""
    module = sys.modules.get("gunicorn.workers.base")
    while module and frame:
        # of a frame that a `self` of its own class runs in: reading it changes nothing
        if isinstance(worker := frame.f_locals.get("self"), module.Worker):
            return worker
        frame = frame.f_back
    return None


def named(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def packages() -> dict[str, str]:
    """The versions of those that $PROBE_PACKAGES names, where this process would import them from."""
    from importlib.metadata import PackageNotFoundError, version

    versions = {}
    for name in os.environ.get("PROBE_PACKAGES", "").split():
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "none"
    return versions


def connections() -> list[tuple[str, int]]:
    """(journal_mode, synchronous) of the open connections that this thread may use."""
    import gc
    import sqlite3

    modes = []
    for candidate in gc.get_objects():
        # a proxy would answer isinstance() with what it stands for
        if issubclass(type(candidate), sqlite3.Connection):
            try:
                cursor = candidate.cursor()
                cursor.row_factory = None
                values = [
                    cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
                ]
            except sqlite3.Error:  # closed, or another thread's
                continue
            modes.append((values[0], values[1]))
    return modes


def write(facts: Facts, pool: Any) -> None:
    import json

    for modes in of_each_thread(pool) if pool else ():
        facts["connections"] += modes
    path = f"{os.environ['PROBE']}/{os.getpid()}.json"
    with open(f"{path}.part", "w") as file:  # noqa: PTH123 - pathlib is not to be loaded for this
        json.dump(facts, file)
    os.rename(f"{path}.part", path)  # noqa: PTH104


def of_each_thread(pool: Any) -> list[list[tuple[str, int]]]:
    from threading import Barrier

    barrier = Barrier(threads := pool._max_workers)  # noqa: SLF001 - it has no public name

    def ask() -> list[tuple[str, int]]:
        barrier.wait(5)  # so that no thread answers for two
        return connections()

    futures = [pool.submit(ask) for _ in range(threads)]
    return [future.result() for future in futures]


if "PROBE" in os.environ:
    signal.signal(signal.SIGURG, answer)
