"""What only a running server shows."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from select import select

import httpx2
import pytest

from .conftest import ROOT, Start, free_port, wait_until_ready

JSON = {"Content-Type": "application/json"}
LAMP = {"name": "Lamp", "price": 19.9}
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
        ("WORKER_CLASS", "sync"),
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
    assert process.returncode == 1
    assert len(lines) == 1
    assert "Traceback" not in output
    assert "hush" not in output  # a URL may have a password in it


@pytest.mark.parametrize(
    "statement", ["PRAGMA user_version = 2", "CREATE TABLE items (id INTEGER)"], ids=["newer", "foreign"]
)
def test_another_schema_stops_the_start(start: Start, tmp_path: Path, statement: str) -> None:
    with closing(sqlite3.connect(tmp_path / "items.db")) as db:
        db.execute(statement)
    process = start()
    output = process.communicate(timeout=20)[0]
    assert process.returncode == 1
    assert "DATABASE_URL" in output
    assert "Traceback" not in output


def test_an_old_sqlite_stops_the_start(tmp_path: Path) -> None:
    pretend = "import sqlite3; sqlite3.sqlite_version_info = (3, 36, 0)"
    (tmp_path / "sitecustomize.py").write_text(pretend)
    env = os.environ | {"PYTHONPATH": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/items.db"}
    command = [sys.executable, "-m", "gunicorn"]
    process = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=20)
    assert process.returncode == 1
    assert "STRICT tables need 3.37" in process.stderr
    assert "Traceback" not in process.stderr


def test_two_copies_start_on_one_new_database(start: Start) -> None:
    ports = [free_port(), free_port()]
    copies = [start(PORT=str(port)) for port in ports]
    for copy, port in zip(copies, ports, strict=True):
        wait_until_ready(copy, port)


def test_a_database_of_the_first_edition_is_taken_over(start: Start, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "items.db")) as db:
        db.executescript(FIRST_EDITION.read_text())
    port = free_port()
    wait_until_ready(start(PORT=str(port)), port)
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        assert client.get("/items").json() == [
            {"id": 1, "name": "Lamp", "description": "A warm light", "price": 19.9, "quantity": 3},
            {"id": 2, "name": "Naïve 灯", "description": None, "price": 0.0, "quantity": 0},
        ]
        assert client.post("/items", json=LAMP).json()["id"] == 4  # the third was deleted


@pytest.mark.parametrize("worker_class", ["asgi", "uvicorn_worker.UvicornWorker"])
def test_after_the_end_the_file_alone_has_everything(start: Start, tmp_path: Path, worker_class: str) -> None:
    port = free_port()
    process = start(PORT=str(port), WORKER_CLASS=worker_class)
    wait_until_ready(process, port)
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(20):
            assert client.post("/items", json=LAMP).status_code == 201
    process.terminate()
    process.communicate(timeout=40)
    assert process.returncode == 0
    shutil.copy(tmp_path / "items.db", tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as db:
        assert db.execute("SELECT count(*) FROM items").fetchone() == (20,)


def test_the_journal_mode_is_the_variable(start: Start, tmp_path: Path) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port), SQLITE_JOURNAL_MODE="delete"), port)
    with closing(sqlite3.connect(tmp_path / "items.db")) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_writes_that_wait_for_the_lock_do_not_stall_the_event_loop(start: Start, tmp_path: Path) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port), WEB_CONCURRENCY="1", THREADS="1"), port)
    with (
        closing(sqlite3.connect(tmp_path / "items.db", isolation_level=None)) as db,
        closing(HTTPConnection("127.0.0.1", port, timeout=10)) as writer,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        db.execute("BEGIN IMMEDIATE")
        writer.request("POST", "/items", '{"name": "Lamp", "price": 1}', JSON)
        for _ in range(50):
            assert client.get("/hello").status_code == 200
        assert select([writer.sock], [], [], 0)[0] == []  # it still waits
        db.execute("ROLLBACK")
        assert writer.getresponse().status == 201


@pytest.mark.parametrize("worker_class", ["asgi", "uvicorn_worker.UvicornWorker"])
def test_a_refusal_leaves_the_connection_usable(start: Start, worker_class: str) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port), WORKER_CLASS=worker_class), port)
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        for path, status in (("/nowhere", 404), ("/hello", 405), ("/items", 415)) * 5:
            client.request("POST", path, b" " * 120_000)
            answer = client.getresponse()
            answer.read()
            assert (answer.status, answer.headers["Connection"]) == (status, None)
            client.request("GET", "/hello")
            assert client.getresponse().read() == b'{"message":"Hello, World!"}'


@pytest.mark.parametrize("path", ["/items", "/nowhere"])
def test_what_is_announced_as_far_too_large_is_refused_at_once(start: Start, path: str) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port)), port)
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as client:
        client.request("POST", path, b" ", {**JSON, "Content-Length": "20000000"})
        answer = client.getresponse()
        assert (answer.status, answer.headers["Connection"]) == (413, "close")


def test_a_folder_in_memory_that_is_not_writable_is_not_used(tmp_path: Path) -> None:
    pretend = "import os; access = os.access; os.access = lambda p, mode: p != '/dev/shm' and access(p, mode)"
    (tmp_path / "sitecustomize.py").write_text(pretend)
    for path, folder in ((str(tmp_path), "None"), ("", "/dev/shm")):  # noqa: S108
        command = [sys.executable, "-m", "gunicorn", "--print-config"]
        env = os.environ | {"PYTHONPATH": path}
        printed = subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=20
        ).stdout
        assert re.search(rf"^worker_tmp_dir += {folder}$", printed, re.MULTILINE)


def test_importing_the_application_opens_no_database() -> None:
    program = "import sqlite3, sys; sqlite3.connect = lambda *a, **k: sys.exit('opened'); import app.main"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=20)
