from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import db
from app.main import create_app


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr(db, "DATABASE", tmp_path / "items.db")
    db.create()
    app = create_app()
    yield app
    with app.app_context():
        db.close()


def test_a_fault_is_a_problem_without_a_trace(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(db, "connection", fail)
    answer = app.test_client().get("/items/1")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["title"] == "Internal Server Error"
    assert "secret" not in answer.text


def test_a_vanished_database_is_unavailable_until_it_is_back(app: Flask, tmp_path: Path) -> None:
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    (tmp_path / "items.db").rename(tmp_path / "away.db")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    (tmp_path / "away.db").rename(tmp_path / "items.db")
    assert client.get("/healthz").status_code == 200
