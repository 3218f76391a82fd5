"""Bad variables, a port in use, a database that is not the service's."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory

from harness.process import started
from harness.server import free_port
from harness.service import SERVICES
from torture.experiment import Effort, Found
from torture.service import DEADLINE

VARIABLES = {
    "HOST": "",
    "PORT": "70000",
    "WEB_CONCURRENCY": "0",
    "THREADS": "two",
    "DATABASE_URL": "postgresql://localhost/items",
    "SQLITE_JOURNAL_MODE": "OFF",
    "SQLITE_SYNCHRONOUS": "MAYBE",
    "ACCESS_LOG": "perhaps",
    "LOG_LEVEL": "loud",
}
NEWER = """
PRAGMA user_version = 99;
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied TEXT NOT NULL);
INSERT INTO django_migrations VALUES (1, 'app', '9999_later', '2026-01-01');
"""
DATABASES = {
    "a newer schema": NEWER,  # as each service notes it
    "a foreign schema": "CREATE TABLE other (id INTEGER)",
    "another table of items": "CREATE TABLE items (id INTEGER)",
}


def startup(name: str, _: Effort) -> Found:
    """What keeps it from starting is one clear line, and a non-zero exit."""
    found = Found()
    with TemporaryDirectory(prefix=f"torture-{name}-") as scratch:
        for variable, value in VARIABLES.items():
            refused(name, Path(scratch), {variable: value}, variable, found)
        for what, statement in DATABASES.items():
            database = Path(scratch, f"{what}.db".replace(" ", "-"))
            with closing(sqlite3.connect(database)) as connection:
                connection.executescript(statement)
            refused(
                name, Path(scratch), {"DATABASE_URL": f"sqlite:///{database}"}, "DATABASE_URL", found, what
            )
        no_database = Path(scratch, "none.db")
        no_database.write_bytes(b"no database at all. " * 1000)
        refused(
            name,
            Path(scratch),
            {"DATABASE_URL": f"sqlite:///{no_database}"},
            "DATABASE_URL",
            found,
            "no database",
        )
        with taken() as port:
            refused(name, Path(scratch), {"PORT": port}, port, found, "a port in use")
    found.count(len(VARIABLES), "bad variables")
    found.count(len(DATABASES) + 1, "strange databases")
    found.count(1, "port in use")
    return found


@contextmanager
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield str(server.getsockname()[1])


def refused(name: str, scratch: Path, env: dict[str, str], word: str, found: Found, what: str = "") -> None:
    """It ends with a status that is not 0, and says the word in a line, without a traceback."""
    what, log = what or f"{word}={env[word]}", scratch / "start.log"
    settings = {"DATABASE_URL": f"sqlite:///{scratch}/items.db", "PORT": str(free_port()), **env}
    command = [str(SERVICES / name / ".venv/bin/gunicorn")]
    with started(command, log, settings, SERVICES / name) as process:
        try:
            status = process.wait(DEADLINE)
        except TimeoutExpired:
            found.faults.append(f"{what}: it started")
            return
    said = log.read_text(errors="replace")
    found.expect(status, f"{what}: exit status 0")
    found.expect(word in said, f"{what}: the log does not say {word}")
    found.expect("Traceback" not in said, f"{what}: a traceback")
