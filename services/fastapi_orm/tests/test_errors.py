from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app import db, views
from app.main import create_app


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(db, "DATABASE", tmp_path / "items.db")
    monkeypatch.setattr(db, "patient", db.open_engine(db.BUSY_TIMEOUT))
    monkeypatch.setattr(db, "impatient", db.open_engine(0))
    db.create()
    with TestClient(create_app(), raise_server_exceptions=False) as client:
        yield client
    db.close()


def test_a_fault_is_a_problem_without_a_trace(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(views, "run_at_once", fail)
    answer = client.get("/items/1")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["title"] == "Internal Server Error"
    assert "secret" not in answer.text


def test_a_vanished_database_is_unavailable_until_it_is_back(client: TestClient, tmp_path: Path) -> None:
    assert client.get("/healthz").status_code == 200
    (tmp_path / "items.db").rename(tmp_path / "away.db")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    (tmp_path / "away.db").rename(tmp_path / "items.db")
    assert client.get("/healthz").status_code == 200


def test_a_member_named_like_an_argument_of_the_model_is_unknown(client: TestClient) -> None:
    for name in ("cls", "self", "__pydantic_self__"):
        answer = client.post("/items", json={"name": "Lamp", "price": 19.9, name: 1})
        assert answer.status_code == 422
        assert [place["pointer"] for place in answer.json()["errors"]] == [""]
