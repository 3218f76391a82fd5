import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT, Start, free_port, wait_until_ready


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
    ],
)
def test_a_bad_value_stops_the_start_with_one_line(start: Start, name: str, value: str) -> None:
    process = start(**{name: value})
    output = process.communicate(timeout=20)[0]
    lines = [line for line in output.splitlines() if name in line]
    assert process.returncode == 1
    assert len(lines) == 1
    assert "Traceback" not in output


@pytest.mark.parametrize(
    "statement", ["PRAGMA user_version = 2", "CREATE TABLE other (id INTEGER)"], ids=["newer", "foreign"]
)
def test_another_schema_stops_the_start(start: Start, tmp_path: Path, statement: str) -> None:
    with sqlite3.connect(tmp_path / "other.db") as db:
        db.execute(statement)
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
    program = "import sqlite3, sys; sqlite3.connect = lambda *a, **k: sys.exit('opened'); import app.main"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=20)
