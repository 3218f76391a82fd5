import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, Start, free_port, get, wait_until_ready


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("HOST", ""),
        ("WEB_CONCURRENCY", "0"),
        ("THREADS", "-1"),
        ("THREADS", "two"),
        ("DATABASE_URL", "postgresql://localhost/items"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:////no/such/folder/items.db"),
        ("SQLITE_JOURNAL_MODE", "OFF"),
        ("SQLITE_SYNCHRONOUS", "MAYBE"),
        ("ACCESS_LOG", "perhaps"),
        ("LOG_LEVEL", "loud"),
        ("ALLOWED_HOSTS", ""),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line(start: Start, name: str, value: str) -> None:
    process = start(**{name: value})
    output = process.communicate(timeout=20)[0]
    lines = [line for line in output.splitlines() if name in line]
    assert process.returncode == 1
    assert len(lines) == 1
    assert "Traceback" not in output


FOREIGN = "CREATE TABLE other (id INTEGER)"
NEWER = """
CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT, applied TEXT NOT NULL);
INSERT INTO django_migrations VALUES (1, 'app', '9999_later', '2026-01-01');
"""


@pytest.mark.parametrize("script", [FOREIGN, NEWER], ids=["foreign", "newer"])
def test_another_schema_stops_the_start(start: Start, tmp_path: Path, script: str) -> None:
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.executescript(script)
    db.close()
    process = start(DATABASE_URL=f"sqlite:///{tmp_path}/other.db")
    output = process.communicate(timeout=20)[0]
    assert process.returncode == 1
    assert "DATABASE_URL" in output
    assert "Traceback" not in output


def test_two_copies_start_on_one_new_database(start: Start) -> None:
    ports = [free_port(), free_port()]
    copies = [start(PORT=str(port)) for port in ports]
    for copy, port in zip(copies, ports, strict=True):
        wait_until_ready(copy, port)


def test_the_journal_mode_is_the_variable(start: Start, tmp_path: Path) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port), SQLITE_JOURNAL_MODE="delete"), port)
    db = sqlite3.connect(tmp_path / "items.db")
    assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    db.close()


def test_importing_the_application_opens_no_database() -> None:
    program = "import sqlite3, sys; sqlite3.connect = lambda *a, **k: sys.exit('opened'); import app.wsgi"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=20)


def test_the_migrations_make_what_the_models_say() -> None:
    command = ["makemigrations", "--check", "--dry-run", "--settings", "app.settings"]
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "django", *command], cwd=ROOT, check=True, timeout=20
    )


@pytest.mark.parametrize(("allowed", "status"), [("*", 200), ("one.example,two.example", 400)])
def test_the_hosts_are_the_variable(start: Start, allowed: str, status: int) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port), ALLOWED_HOSTS=f"127.0.0.1,{allowed}"), port)
    answer, body = get(port, "/hello", host="unknown_host")
    assert answer.status == status
    assert answer.headers["Content-Length"] == str(len(body))
