"""Starts: with what keeps a service from starting, and of two copies at the same moment."""

import os
import re
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory

from harness.process import started
from harness.server import free_port
from harness.service import SERVICES
from torture.service import DEADLINE, Effort, Result, ask, rows, rows_of_the_file, stops_well, tortured

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
# Of a later version, as each service notes it.
NEWER = """
PRAGMA user_version = 99;
CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY NOT NULL);
INSERT INTO alembic_version VALUES ('9999');
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied TEXT NOT NULL);
INSERT INTO django_migrations VALUES (1, 'app', '9999_later', '2026-01-01');
"""
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
        databases = newer, other, none = [Path(folder, file) for file in ("newer.db", "other.db", "none.db")]
        create_database(newer, NEWER)
        create_database(other, "CREATE TABLE items (id INTEGER)")
        none.write_bytes(b"no database at all. " * 1000)
        starts = [(variable, value, variable) for variable, value in VARIABLES]
        starts += [("PORT", port, port)]
        # "revision" is Alembic's own word
        starts += [("DATABASE_URL", f"sqlite:///{path}", "DATABASE_URL|revision") for path in databases]
        list(pool.map(lambda start: refused(name, result, *start), starts))
    result.counts["bad variables"] = len(VARIABLES)
    result.counts["strange databases"] = len(databases)
    result.counts["port in use"] = 1
    without_shared_memory(name, result)
    return result


def refused(name: str, result: Result, variable: str, value: str, pattern: str) -> None:
    """It ends with a status that is not 0, and its log has the pattern, and no traceback."""
    setting, command = f"{variable}={value!r}", [str(SERVICES / name / ".venv/bin/gunicorn")]
    with TemporaryDirectory(prefix=f"torture-{name}-") as scratch:
        env = {"DATABASE_URL": f"sqlite:///{scratch}/items.db", "PORT": str(free_port()), variable: value}
        with started(command, Path(scratch, "log"), env, SERVICES / name) as process:
            try:
                result.expect(process.wait(DEADLINE) != 0, f"{setting}: exit status 0")
            except TimeoutExpired:
                result.faults.append(f"{setting}: it started")
        text = Path(scratch, "log").read_text(errors="replace")
    result.expect(re.search(pattern, text), f"{setting}: the log does not say {pattern}")
    result.expect("Traceback" not in text, f"{setting}: a traceback")


def without_shared_memory(name: str, result: Result) -> None:
    """It starts all the same where /dev/shm is there and cannot be written."""
    label = "starts without shared memory"
    if os.geteuid() != 0:
        result.figures[label] = "not tried: only root can mount"
        return
    with tortured(name, prefix=WITHOUT_SHARED_MEMORY) as service:
        stops_well(service, result)
    result.counts[label] = 1


def together(name: str, effort: Effort) -> Result:
    """Two copies that start at the same moment on one database: a new one, and one of the first edition.
    Both come up and serve the same items, and every row of the first edition is kept."""
    result = Result()
    dump = (SERVICES / name / "tests" / "first_edition.sql").read_text()
    for kind, statements in {"a new database": "", "a database of the first edition": dump}.items():
        for _ in range(effort.of(TIMES, 1)):
            with TemporaryDirectory(prefix=f"torture-{name}-") as folder:
                database = Path(folder, "items.db")
                if statements:
                    create_database(database, statements)
                copies(name, database, result)
            result.counts[f"starts on {kind}"] += 1
    return result


def create_database(database: Path, statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(statements)


def copies(name: str, database: Path, result: Result) -> None:
    """Each stores an item, all list the same; then they stop, one after the other."""
    items = rows(database) if database.exists() else {}
    with ExitStack() as stack, ThreadPoolExecutor(COPIES) as pool:
        starts = [tortured(name, DATABASE_URL=f"sqlite:///{database}") for _ in range(COPIES)]
        services = list(pool.map(stack.enter_context, starts))
        for number, service in enumerate(services):
            service.database = database
            answer = ask(service, "POST", "/items", {"name": f"of {number}", "price": 1})
            if answer.status != 201:
                result.faults.append(f"a write to copy {number} was answered {answer.status}")
                continue
            item = answer.json()
            result.expect(item["id"] > max(items, default=0), f"the id {item['id']} was given again")
            items[item["id"]] = item["name"]
        for service in services:
            listed = {item["id"]: item["name"] for item in ask(service, "GET", "/items").json()}
            result.expect(listed == items, f"{len(listed)} items are listed, and not the {len(items)}")
        for service in services:
            stops_well(service, result)
        result.expect(rows_of_the_file(services[-1]) == items, "the file alone does not hold every item")
