"""What is wrong with the service or its database, not with a request."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from sqlalchemy import inspect
from sqlmodel import SQLModel

from app import db, models, schemas

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


def test_a_locked_database_is_unavailable(database: Path, app: FastAPI, client: TestClient) -> None:
    with app.state.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
    with closing(sqlite3.connect(database)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.post("/items", json=LAMP)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert answer.headers["Content-Type"] == "application/problem+json"
        other.execute("ROLLBACK")
        assert client.post("/items", json=LAMP).status_code == 201


def test_a_connection_that_can_only_read_is_replaced(app: FastAPI, client: TestClient) -> None:
    with app.state.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = 1")
    assert client.post("/items", json=LAMP).status_code == 503
    assert client.post("/items", json=LAMP).status_code == 201


def test_a_mistake_in_the_sql_is_a_fault(database: Path, client: TestClient) -> None:
    with closing(sqlite3.connect(database)) as other:
        other.execute("ALTER TABLE items RENAME price TO cost")
    assert client.get("/items").status_code == 500
    assert client.post("/items", json=LAMP).status_code == 500


def test_the_table_and_the_answer_have_every_member_of_the_body() -> None:
    members = set(schemas.NewItem.model_fields)
    assert (
        members | {"id"} == set(schemas.ItemPublic.model_fields) == set(inspect(models.Item).columns.keys())
    )


def test_the_migrations_make_the_table_of_the_model(app: FastAPI) -> None:
    engine = db.open_engine(app.state.config)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_a_session_that_a_view_left_open_is_rolled_back(app: FastAPI, client: TestClient) -> None:
    @app.get("/open")
    def leave_open(session: db.SessionDep) -> None:
        session.add(models.Item(name="Lamp", price=1, quantity=0))
        session.flush()
        raise HTTPException(409)

    assert client.get("/open").status_code == 409
    assert client.post("/items", json=LAMP).json()["id"] == 1
