import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from pydantic import create_model
from sqlalchemy import event
from werkzeug.datastructures import WWWAuthenticate

from app import views
from app.body import BODY_MAX
from app.models import db
from app.schemas import NewItem

JSON = "application/json"


@pytest.mark.parametrize(
    ("method", "path", "body", "content_type", "status"),
    [
        ("GET", "/nothing", b"", None, 404),
        ("PATCH", "/items/1", b"", None, 405),
        ("POST", "/items", b"{}", None, 415),
        ("POST", "/items", b"{}", "text/plain", 415),
        ("POST", "/items", b" " * (BODY_MAX + 1), JSON, 413),
        ("POST", "/items", b" " * (2 * BODY_MAX), JSON, 413),
        ("POST", "/items", b"", JSON, 400),
        ("POST", "/items", b"NaN", JSON, 400),
        ("POST", "/items", b'"\\ud800"', JSON, 400),
        ("POST", "/items", "{}".encode("utf-16"), JSON, 400),
        ("POST", "/items", b"[" * 10_000 + b"]" * 10_000, JSON, 400),
        ("POST", "/echo", b"[1e400]", JSON, 400),
    ],
)
def test_an_error_is_a_problem(
    client: FlaskClient, method: str, path: str, body: bytes, content_type: str | None, status: int
) -> None:
    answer = client.open(path, method=method, data=body, content_type=content_type)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.get_json().keys() == {"type", "title", "status", "detail"}
    assert answer.get_json()["status"] == status


def test_allow_lists_the_methods_of_the_path(client: FlaskClient) -> None:
    assert {"GET", "HEAD", "PUT", "DELETE"} <= set(client.post("/items/1").allow)


def test_an_error_keeps_its_own_status_and_headers(app: Flask) -> None:
    @app.get("/<int:status>")
    def refuse(status: int) -> NoReturn:
        headers: dict[int, dict[str, object]] = {
            401: {"www_authenticate": WWWAuthenticate("bearer")},
            409: {"description": "It was changed meanwhile."},
            429: {"retry_after": 7},
        }
        abort(status, **headers.get(status, {}))

    client = app.test_client()
    answers = {status: client.get(f"/{status}") for status in (401, 403, 409, 429)}
    for status, answer in answers.items():
        assert (answer.status_code, answer.get_json()["status"]) == (status, status)
        assert answer.mimetype == "application/problem+json"
    assert answers[401].headers["WWW-Authenticate"].lower() == "bearer"
    assert answers[409].get_json()["detail"] == "It was changed meanwhile."
    assert answers[429].headers["Retry-After"] == "7"


def test_a_fault_is_a_problem_without_a_trace(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> NoReturn:
        raise RuntimeError("secret")

    monkeypatch.setattr(db.session, "get", fail)
    answer = app.test_client().get("/items/1")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["title"] == "Internal Server Error"
    assert "secret" not in answer.text


@pytest.fixture
def rival(database: Path, app: Flask) -> Iterator[sqlite3.Connection]:  # noqa: ARG001 - the table is there
    with closing(sqlite3.connect(database, isolation_level=None)) as rival:
        yield rival


def test_a_lock_held_too_long_is_unavailable(app: Flask, rival: sqlite3.Connection) -> None:
    def impatient(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout = 10")

    client = app.test_client()
    with app.app_context():
        event.listen(db.engine, "connect", impatient)
    rival.execute("BEGIN IMMEDIATE")
    answer = client.delete("/items/1")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    rival.execute("ROLLBACK")
    assert client.delete("/items/1").status_code == 404


def test_a_mistake_in_the_sql_is_a_fault(client: FlaskClient, rival: sqlite3.Connection) -> None:
    rival.execute("ALTER TABLE items RENAME COLUMN price TO prise")
    assert client.get("/items/1").status_code == 500


def test_a_member_that_the_table_has_not_is_not_lost_without_a_word(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app.test_client()
    client.post("/items", json={"name": "Lamp", "price": 1})
    monkeypatch.setattr(
        views, "NewItem", create_model("Wider", __base__=NewItem, no_such_column=(str, "red"))
    )
    assert client.post("/items", json={"name": "Chair", "price": 1}).status_code == 500
    assert client.put("/items/1", json={"name": "Chair", "price": 1}).status_code == 500
    assert [item["name"] for item in client.get("/items").get_json()] == ["Lamp"]


def test_the_rest_of_a_refused_body_is_read(client: FlaskClient) -> None:
    body = io.BytesIO(b" " * 500_000)
    answer = client.get(
        "/nothing",
        input_stream=body,
        content_length=500_000,
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 404
    assert body.tell() == 500_000


def test_a_websocket_handshake_is_an_ordinary_request(client: FlaskClient) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert client.get("/hello", headers=upgrade).status_code == 200
    assert client.post("/echo", json=[], headers=upgrade).status_code == 200
