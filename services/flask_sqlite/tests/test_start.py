import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from app.config import Config
from app.db import migrate

from .conftest import ROOT, Start, free_port, wait_until_ready

FIRST_EDITION = Path(__file__).with_name("first_edition.sql")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("HOST", ""),
        ("WEB_CONCURRENCY", "0"),
        ("THREADS", "-1"),
        ("THREADS", "two"),
        ("DATABASE_URL", "postgresql://items:hush@localhost/items"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///items.db\r"),
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
    assert process.returncode != 0
    assert len(lines) == 1
    assert "Traceback" not in output
    assert "hush" not in output  # a URL may have a password in it


@pytest.mark.parametrize(
    "statement", ["PRAGMA user_version = 1000", "CREATE TABLE items (id INTEGER)"], ids=["newer", "foreign"]
)
def test_another_schema_stops_the_start(start: Start, database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute(statement)
    process = start()
    output = process.communicate(timeout=20)[0]
    assert process.returncode != 0
    assert "DATABASE_URL" in output
    assert "Traceback" not in output


def test_a_database_of_the_first_edition_is_taken_over(start: Start, database: Path) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.executescript(FIRST_EDITION.read_text())
    port = free_port()
    wait_until_ready(start(PORT=str(port)), port)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/items", timeout=20) as answer:
        items = json.load(answer)
    assert [(item["id"], item["name"]) for item in items] == [(1, "Lamp"), (3, "Chair")]


def test_an_old_sqlite_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(RuntimeError, match="SQLite"):
        migrate(Config())


def test_two_copies_start_on_one_new_database(start: Start) -> None:
    ports = [free_port(), free_port()]
    copies = [start(PORT=str(port)) for port in ports]
    for copy, port in zip(copies, ports, strict=True):
        wait_until_ready(copy, port)


def test_the_journal_mode_is_the_variable(start: Start, database: Path) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port), SQLITE_JOURNAL_MODE="delete"), port)
    with closing(sqlite3.connect(database)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_after_the_end_one_file_holds_everything(start: Start, database: Path, tmp_path: Path) -> None:
    port = free_port()
    process = start(PORT=str(port))
    wait_until_ready(process, port)
    for number in range(20):
        item = json.dumps({"name": f"Item {number}", "price": 1}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}/items", item, headers)
        urllib.request.urlopen(request, timeout=20).close()  # noqa: S310 - the address is our own
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=40)
    assert process.returncode == 0
    copy = shutil.copy(database, tmp_path / "copy.db")
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT count(*) FROM items").fetchone() == (20,)


def test_importing_the_application_opens_no_database() -> None:
    program = "import sqlite3, sys; sqlite3.connect = lambda *a, **k: sys.exit('opened'); import app.main"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=20)
