"""Bad variables, a port in use, a database that is not the service's, no shared memory."""

import os
import re
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory
from typing import NamedTuple

from harness.process import started
from harness.server import free_port, launched
from harness.service import SERVICES
from torture.experiment import Effort, Result
from torture.service import DEADLINE, UNPRIVILEGED, WORKERS

VARIABLES = [
    ("HOST", ""),
    ("PORT", "70000"),
    ("WEB_CONCURRENCY", "0"),
    ("THREADS", "two"),
    ("DATABASE_URL", "gopher://localhost/items"),
    ("DATABASE_URL", "sqlite:///items.db\r"),  # as of a file of variables with the line ends of Windows
    ("SQLITE_JOURNAL_MODE", "OFF"),
    ("SQLITE_SYNCHRONOUS", "MAYBE"),
    ("ACCESS_LOG", "perhaps"),
    ("LOG_LEVEL", "loud"),
]
AT_ONCE = 4  # starts
NEWER = """
PRAGMA user_version = 99;
CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY NOT NULL);
INSERT INTO alembic_version VALUES ('9999');
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied TEXT NOT NULL);
INSERT INTO django_migrations VALUES (1, 'app', '9999_later', '2026-01-01');
"""
DATABASES: dict[str, str | bytes] = {
    "a newer schema": NEWER,  # as each service notes it
    "another table of items": "CREATE TABLE items (id INTEGER)",
    "no database": b"no database at all. " * 1000,
}
WITHOUT_SHARED_MEMORY = [
    "unshare",
    "--mount",
    "sh",
    "-c",
    'mount -t tmpfs -o ro none /dev/shm; exec "$@"',
    "-",
]


class Start(NamedTuple):
    what: str
    env: dict[str, str]
    words: str  # one of which the log must have, as a regular expression


def startup(name: str, _: Effort) -> Result:
    """What keeps it from starting is one clear line, and a non-zero exit."""
    result = Result()
    with TemporaryDirectory(prefix=f"torture-{name}-") as folder, taken() as port:
        starts = [Start(f"{key}={value!r}", {key: value}, key) for key, value in VARIABLES]
        starts += [
            Start(
                what, {"DATABASE_URL": f"sqlite:///{database}"}, "DATABASE_URL|revision"
            )  # the latter are Alembic's own words
            for what, database in strange_databases(Path(folder))
        ]
        starts.append(Start("a port in use", {"PORT": port}, port))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            tried = [
                pool.submit(refused, name, Path(folder, str(number)), start)
                for number, start in enumerate(starts)
            ]
            result.faults += [fault for start in tried for fault in start.result()]
    result.count(len(VARIABLES), "bad variables")
    result.count(len(DATABASES), "strange databases")
    result.count(1, "port in use")
    without_shared_memory(name, result)
    return result


def strange_databases(folder: Path) -> Iterator[tuple[str, Path]]:
    for number, (what, content) in enumerate(DATABASES.items()):
        database = folder / f"{number}.db"
        if isinstance(content, bytes):
            database.write_bytes(content)
        else:
            with closing(sqlite3.connect(database)) as connection:
                connection.executescript(content)
        yield what, database


@contextmanager
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def refused(name: str, scratch: Path, start: Start) -> list[str]:
    """It ends with a status that is not 0, and says the word in a line, without a traceback."""
    scratch.mkdir()
    log = scratch / "log"
    env = {"DATABASE_URL": f"sqlite:///{scratch}/items.db", "PORT": str(free_port()), **start.env}
    command = [str(SERVICES / name / ".venv/bin/gunicorn")]
    with started(command, log, env, SERVICES / name) as process:
        try:
            status = process.wait(DEADLINE)
        except TimeoutExpired:
            return [f"{start.what}: it started"]
    text = log.read_text(errors="replace")
    return [
        f"{start.what}: {fault}"
        for fault, is_so in {
            "exit status 0": status == 0,
            f"the log does not say {start.words}": not re.search(start.words, text),
            "a traceback": "Traceback" in text,
        }.items()
        if is_so
    ]


def without_shared_memory(name: str, result: Result) -> None:
    """It starts all the same where /dev/shm is there and cannot be written."""
    what = "starts without shared memory"
    if os.geteuid() != 0:
        result.figures[what] = "not tried: only root can mount"
        return
    with launched(name, prefix=[*WITHOUT_SHARED_MEMORY, *UNPRIVILEGED], workers=WORKERS) as service:
        result.expect(service.stop() == 0, f"{what}: it did not stop in good order")
        result.expect(not service.traceback(), f"{what}: {service.traceback()}")
    result.count(1, what)
