"""Starts: with what keeps a service from starting, and of two copies at the same moment."""

import os
import re
import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory

from harness.process import started
from harness.server import Server, free_port
from harness.service import SERVICES
from harness.wire import Client
from torture.service import DEADLINE, Effort, Result, prepared, rows, rows_of_the_file, stops_well, tortured

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
DATABASES = {
    "newer": NEWER,
    "other": "CREATE TABLE items (id INTEGER)",
    "none": "",
}  # newer: as each notes it
READ_ONLY = 'mount -t tmpfs -o ro none /dev/shm; exec "$@"'
WITHOUT_SHARED_MEMORY = ["unshare", "--mount", "sh", "-c", READ_ONLY, "-"]
COPIES = 2
TIMES = 10  # that they start together


def startup(name: str, _: Effort) -> Result:
    """Bad variables, a port in use, a database that is not the service's, no shared memory.
    What keeps it from starting is one clear line, and a non-zero exit."""
    result = Result()
    with (
        TemporaryDirectory(prefix=f"torture-{name}-") as folder,
        socket.create_server(("127.0.0.1", 0)) as taken,
        ThreadPoolExecutor(AT_ONCE) as pool,
    ):
        port = str(taken.getsockname()[1])
        starts = [(variable, value, variable) for variable, value in VARIABLES]
        starts += [("PORT", port, port)]
        for what, statements in DATABASES.items():
            database = Path(folder, f"{what}.db")
            if statements:
                made(database, statements)
            else:
                database.write_bytes(b"no database at all. " * 1000)
            words = "DATABASE_URL|revision"  # the second is Alembic's own
            starts.append(("DATABASE_URL", f"sqlite:///{database}", words))
        folders = [Path(folder, str(number)) for number in range(len(starts))]
        list(pool.map(lambda folder, start: refused(name, folder, result, *start), folders, starts))
    result.counts["bad variables"] = len(VARIABLES)
    result.counts["strange databases"] = len(DATABASES)
    result.counts["port in use"] = 1
    without_shared_memory(name, result)
    return result


def refused(name: str, scratch: Path, result: Result, variable: str, value: str, words: str) -> None:
    """It ends with a status that is not 0, and says one of the words in a line, without a traceback."""
    scratch.mkdir()
    what, log = f"{variable}={value!r}", scratch / "log"
    env = {"DATABASE_URL": f"sqlite:///{scratch}/items.db", "PORT": str(free_port()), variable: value}
    with started([str(SERVICES / name / ".venv/bin/gunicorn")], log, env, SERVICES / name) as process:
        try:
            result.expect(process.wait(DEADLINE) != 0, f"{what}: exit status 0")
        except TimeoutExpired:
            result.faults.append(f"{what}: it started")
    text = log.read_text(errors="replace")
    result.expect(re.search(words, text), f"{what}: the log does not say {words}")
    result.expect("Traceback" not in text, f"{what}: a traceback")


def without_shared_memory(name: str, result: Result) -> None:
    """It starts all the same where /dev/shm is there and cannot be written."""
    what = "starts without shared memory"
    if os.geteuid() != 0:
        result.figures[what] = "not tried: only root can mount"
        return
    with tortured(name, prefix=WITHOUT_SHARED_MEMORY) as service:
        stops_well(service, result)
    result.counts[what] = 1


def together(name: str, effort: Effort) -> Result:
    """Two copies that start at the same moment on one database: a new one, and one of the first edition.
    Both come up and serve the same items, and every row of the first edition is kept."""
    result, times = Result(), effort.of(TIMES, 1)
    dump = (SERVICES / name / "tests" / "first_edition.sql").read_text()
    for statements in ("", dump):
        for _ in range(times):
            with copies(name, statements) as services:
                serve(services, result)
    result.counts["starts on a new database"] = times
    result.counts["starts on a database of the first edition"] = times
    return result


@contextmanager
def copies(name: str, statements: str) -> Iterator[list[Server]]:
    """Not yet started."""
    with TemporaryDirectory(prefix=f"torture-{name}-") as scratch, ExitStack() as stack:
        database, services = Path(scratch, "items.db"), list[Server]()
        if statements:
            made(database, statements)
        for number in range(COPIES):
            folder = Path(scratch, str(number))
            folder.mkdir()
            service = prepared(name, folder, DATABASE_URL=f"sqlite:///{database}")
            service.database = database
            services.append(stack.enter_context(closing(service)))
        yield services


def made(database: Path, statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(statements)


def serve(services: list[Server], result: Result) -> None:
    """Each copy stores an item, all list the same; then they stop, one after the other."""
    database = services[0].database
    items = rows(database) if database.exists() else {}
    with ThreadPoolExecutor(COPIES) as pool:
        list(pool.map(Server.start, services))
    for number, service in enumerate(services):
        with Client(service.url, reuse=False) as client:
            answer = client.send("POST", "/items", {"name": f"of {number}", "price": 1})
        if answer.status != 201:
            result.faults.append(f"a write to copy {number} was answered {answer.status}")
            continue
        item = answer.json()
        result.expect(item["id"] > max(items, default=0), f"the id {item['id']} was given again")
        items[item["id"]] = item["name"]
    for service in services:
        with Client(service.url, reuse=False) as client:
            listed = {item["id"]: item["name"] for item in client.send("GET", "/items").json()}
        result.expect(listed == items, f"{len(listed)} of {len(items)} items are listed as they should be")
    for service in services:
        stops_well(service, result)
    result.expect(rows_of_the_file(services[-1]) == items, "the file alone does not hold every item")
