"""What is wrong with the service or its database, not with a request."""

import sqlite3
from contextlib import closing

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from pydantic import create_model

from app import db, queries, schemas
from app.config import Config

LAMP = {"name": "Lamp", "price": 19.9}


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (401, {"WWW-Authenticate": "Bearer"}),
        (403, {}),
        (409, {}),
        (429, {"Retry-After": "7"}),
    ],
)
def test_an_error_keeps_its_status_and_headers(
    app: FastAPI, client: TestClient, status: int, headers: dict[str, str]
) -> None:
    @app.get("/refused")
    async def refuse() -> None:
        raise HTTPException(status, "Not now.", headers)

    answer = client.get("/refused")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["detail"] == "Not now."
    assert headers.items() <= {name: answer.headers[name] for name in headers}.items()


def test_a_fault_is_a_problem_and_its_trace_is_in_the_log(
    app: FastAPI, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/fault")
    async def fault() -> None:
        raise RuntimeError("secret")

    answer = client.get("/fault")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert "RuntimeError: secret" in caplog.text


def test_a_locked_database_is_unavailable(
    config: Config, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT", 0)
    with closing(db.connect(config)) as other, TestClient(client.app) as impatient:
        other.execute("BEGIN IMMEDIATE")
        answer = impatient.post("/items", json=LAMP)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert answer.headers["Content-Type"] == "application/problem+json"
        other.execute("ROLLBACK")
        assert impatient.post("/items", json=LAMP).status_code == 201


def test_a_connection_that_can_only_read_is_replaced(app: FastAPI, client: TestClient) -> None:
    for connection in app.state.idle:
        connection.execute("PRAGMA query_only = 1")
    assert client.post("/items", json=LAMP).status_code == 503
    assert client.post("/items", json=LAMP).status_code == 201


def test_a_mistake_in_the_sql_is_a_fault(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "GET", "SELECT colour FROM items WHERE id = ?")
    assert client.get("/items/1").status_code == 500


def test_a_member_that_the_sql_forgets_is_a_fault() -> None:
    """A model with one member more than the statements."""
    more = create_model("NewItem", __base__=schemas.NewItem, colour=(str, "red"))
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
        memory.row_factory = sqlite3.Row
        memory.executescript(db.SCHEMA.read_text())
        for statement in (queries.create_item, lambda *a: queries.replace_item(a[0], 1, a[1])):
            with pytest.raises(sqlite3.ProgrammingError):
                statement(memory, more.model_validate(LAMP))


def test_a_transaction_that_a_view_left_open_is_rolled_back(app: FastAPI, client: TestClient) -> None:
    @app.get("/open")
    def leave_open(db: db.Database) -> None:
        db.execute("BEGIN IMMEDIATE")
        raise HTTPException(409)

    assert client.get("/open").status_code == 409
    assert client.post("/items", json=LAMP).status_code == 201


def test_the_answer_has_every_member_of_the_body() -> None:
    assert set(schemas.Item.model_fields) == {"id", *schemas.NewItem.model_fields}
