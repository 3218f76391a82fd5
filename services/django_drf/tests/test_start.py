import json
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT, Start, free_port, wait_until_ready

LAMP = b'{"name": "Lamp", "price": 19.9}'


def items(port: int, data: bytes | None = None) -> Any:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/items", data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - it is http
        return json.load(answer)


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
        ("DATABASE_URL", "sqlite:////tmp/items.db\r"),
        ("DATABASE_URL", "sqlite:////no/such/folder/items.db"),
        ("DATABASE_URL", "sqlite:////dev/null"),
        ("SQLITE_JOURNAL_MODE", "OFF"),
        ("SQLITE_SYNCHRONOUS", "MAYBE"),
        ("ACCESS_LOG", "perhaps"),
        ("LOG_LEVEL", "loud"),
        ("ALLOWED_HOSTS", ""),
        ("SECRET_KEY", ""),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line(start: Start, name: str, value: str) -> None:
    process = start(**{name: value})
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert len([line for line in output.splitlines() if name in line]) == 1
    assert "Traceback" not in output


def test_a_newer_schema_stops_the_start_with_one_line(start: Start, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "items.db")) as db:
        db.executescript((ROOT / "tests/first_edition.sql").read_text())
        db.executescript("UPDATE django_migrations SET name = '9999_later'")
    output = (process := start()).communicate(timeout=60)[0]
    assert process.returncode == 1
    assert len([line for line in output.splitlines() if "DATABASE_URL" in line and "9999_later" in line]) == 1
    assert "Traceback" not in output


def test_a_database_of_the_first_edition_is_taken_over(start: Start, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "items.db")) as db:
        db.executescript((ROOT / "tests/first_edition.sql").read_text())
    port = free_port()
    wait_until_ready(start(PORT=str(port)), port)
    assert items(port) == [
        {"id": 1, "name": "Lamp", "description": None, "price": 19.5, "quantity": 0},
        {"id": 2, "name": "Chair", "description": "Of oak", "price": 49.0, "quantity": 4},
    ]
    assert items(port, LAMP)["id"] == 4  # item 3 was deleted before


def test_two_copies_start_on_one_new_database(start: Start) -> None:
    ports = [free_port(), free_port()]
    copies = [start(PORT=str(port)) for port in ports]
    for copy, port in zip(copies, ports, strict=True):
        wait_until_ready(copy, port)


def test_after_a_clean_stop_the_file_alone_holds_everything(
    served: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    process, port = served
    for _ in range(20):
        items(port, LAMP)
    process.terminate()
    process.communicate(timeout=60)
    (tmp_path / "copy.db").write_bytes((tmp_path / "items.db").read_bytes())
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
        assert db.execute("SELECT count(*) FROM items").fetchone() == (20,)


def test_the_journal_mode_is_the_variable(start: Start, tmp_path: Path) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port), SQLITE_JOURNAL_MODE="delete"), port)
    with closing(sqlite3.connect(tmp_path / "items.db")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


@pytest.mark.parametrize(
    "command", [["makemigrations", "--check", "--dry-run"], ["check", "--fail-level", "WARNING"]]
)
def test_django_has_nothing_to_object_to(command: list[str]) -> None:
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True, timeout=60)
