import json
import logging
import sqlite3
from pathlib import Path

import pytest
from django.test import Client

from app import wsgi
from app.views import Basics

from .conftest import Start, free_port, get, wait_until_ready


def test_a_fault_is_a_problem_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(Basics, "hello", fail)
    monkeypatch.setattr(logging.getLogger("django"), "propagate", True)
    answer = Client(raise_request_exception=False).get("/hello")
    assert wsgi.application
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Internal Server Error"
    assert "secret" not in answer.text
    assert "secret" in caplog.text


def test_a_vanished_database_is_unavailable_until_it_is_back(start: Start, tmp_path: Path) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port)), port)
    (tmp_path / "items.db").rename(tmp_path / "away.db")
    answer, body = get(port, "/healthz")
    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "1"
    assert json.loads(body)["title"] == "Service Unavailable"
    assert not (tmp_path / "items.db").exists()
    (tmp_path / "away.db").rename(tmp_path / "items.db")
    assert get(port, "/healthz")[0].status == 200


def test_a_replaced_database_is_the_one_that_is_read(start: Start, tmp_path: Path) -> None:
    port = free_port()
    wait_until_ready(start(PORT=str(port), SQLITE_JOURNAL_MODE="DELETE"), port)
    with sqlite3.connect(tmp_path / "new.db") as other, sqlite3.connect(tmp_path / "items.db") as ours:
        ours.backup(other)
        other.execute("INSERT INTO items VALUES (7, 'Lamp', NULL, 1.0, 0)")
    (tmp_path / "new.db").rename(tmp_path / "items.db")
    assert get(port, "/items/7")[0].status == 200
    other.close()
    ours.close()
