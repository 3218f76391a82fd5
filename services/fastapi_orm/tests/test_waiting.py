import sqlite3
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from select import select

import httpx2
import pytest

from .conftest import Start, free_port, wait_until_ready


def is_answered(client: HTTPConnection) -> bool:
    return select([client.sock], [], [], 0)[0] != []


@pytest.mark.parametrize("path", ["/hello", "/items", "/items/9", "/healthz", "/nowhere"])
def test_writes_that_wait_for_the_lock_stall_nothing_else(start: Start, tmp_path: Path, path: str) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port), WEB_CONCURRENCY="1", THREADS="1"), port)
    with (
        closing(sqlite3.connect(tmp_path / "items.db", isolation_level=None)) as db,
        closing(HTTPConnection("127.0.0.1", port, timeout=10)) as writer,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        db.execute("BEGIN IMMEDIATE")
        item, headers = '{"name": "Lamp", "price": 19.9}', {"Content-Type": "application/json"}
        writer.request("POST", "/items", item, headers)
        for _ in range(50):
            client.get(path)
        assert not is_answered(writer)
        db.execute("ROLLBACK")
        assert writer.getresponse().status == 201


def test_a_read_that_must_wait_stalls_nothing_else(start: Start, tmp_path: Path) -> None:
    port = free_port()
    variables = {"PORT": str(port), "WEB_CONCURRENCY": "1", "SQLITE_JOURNAL_MODE": "DELETE"}
    wait_until_ready(start(**variables), port)
    with (
        closing(sqlite3.connect(tmp_path / "items.db", isolation_level=None)) as db,
        closing(HTTPConnection("127.0.0.1", port, timeout=10)) as reader,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        db.execute("BEGIN EXCLUSIVE")
        reader.request("GET", "/items/1")
        for _ in range(50):
            client.get("/hello")
        assert not is_answered(reader)
        db.execute("ROLLBACK")
        assert reader.getresponse().status == 404
