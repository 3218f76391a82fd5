import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from .conftest import Start, free_port, wait_until_ready


@pytest.mark.parametrize("path", ["/hello", "/items", "/items/9", "/healthz", "/nowhere"])
def test_writes_that_wait_for_the_lock_stall_nothing_else(start: Start, tmp_path: Path, path: str) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    wait_until_ready(start(PORT=str(port), WEB_CONCURRENCY="1", THREADS="1"), port)
    with (
        closing(sqlite3.connect(tmp_path / "items.db", isolation_level=None)) as db,
        ThreadPoolExecutor() as clients,
    ):
        db.execute("BEGIN IMMEDIATE")
        write = clients.submit(httpx2.post, f"{url}/items", json={"name": "Lamp", "price": 19.9}, timeout=10)
        time.sleep(0.2)
        httpx2.get(f"{url}{path}")
        assert not write.done()
        db.execute("ROLLBACK")
        assert write.result().status_code == 201


def test_a_read_that_must_wait_stalls_nothing_else(start: Start, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    variables = {"PORT": str(port), "WEB_CONCURRENCY": "1", "SQLITE_JOURNAL_MODE": "DELETE"}
    wait_until_ready(start(**variables), port)
    with (
        closing(sqlite3.connect(tmp_path / "items.db", isolation_level=None)) as db,
        ThreadPoolExecutor() as clients,
    ):
        db.execute("BEGIN EXCLUSIVE")
        read = clients.submit(httpx2.get, f"{url}/items/1", timeout=10)
        time.sleep(0.2)
        httpx2.get(f"{url}/hello")
        assert not read.done()
        db.execute("ROLLBACK")
        assert read.result().status_code == 404
