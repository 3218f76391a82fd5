"""What only PostgreSQL shows. POSTGRESQL_URL names a server, for databases that are made and dropped."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from secrets import token_hex
from typing import NoReturn
from urllib.parse import urlsplit

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError
from werkzeug.test import TestResponse

from app import db as engine
from app.models import db

from .conftest import Start, free_port, migrated_app, wait_until_ready

SERVER = os.environ.get("POSTGRESQL_URL", "")
LAMP = {"name": "Lamp", "description": "灯", "price": 19.9, "quantity": 2**31 - 1}
LAST_ID = 2**53 - 1

pytestmark = pytest.mark.skipif(not SERVER, reason="POSTGRESQL_URL names no server")


@pytest.fixture
def admin() -> Iterator[psycopg.Connection]:
    with closing(psycopg.connect(SERVER, autocommit=True)) as admin:
        yield admin


@pytest.fixture
def name(admin: psycopg.Connection) -> Iterator[str]:
    name = f"items_{token_hex(4)}"
    admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
    yield name
    admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def url(name: str) -> str:
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl()


@pytest.fixture
def app(url: str) -> Iterator[Flask]:
    with migrated_app(url) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def other(url: str) -> Iterator[psycopg.Connection]:
    with closing(psycopg.connect(url, autocommit=True)) as other:
        yield other


OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def waiting(other: psycopg.Connection) -> bool:
    # pg_stat_activity would stay, within a transaction, what it was at the first look
    locks = b"SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    return other.execute(locks).fetchone() is not None


def assert_unavailable(answer: TestResponse) -> None:
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_an_item_comes_back_as_it_was_sent(client: FlaskClient) -> None:
    assert client.post("/items", json=LAMP).get_json() == LAMP | {"id": 1}
    assert client.get("/items").get_json() == [LAMP | {"id": 1}]
    assert client.put("/items/1", json=LAMP | {"price": 5e-324}).get_json()["price"] == 5e-324
    assert client.delete("/items/1").status_code == 204
    assert client.post("/items", json=LAMP).get_json()["id"] == 2


def test_the_largest_id_is_no_item(client: FlaskClient) -> None:
    for method in ("GET", "DELETE"):
        assert client.open(f"/items/{LAST_ID}", method=method).status_code == 404
    assert client.put(f"/items/{LAST_ID}", json=LAMP).status_code == 404
    assert client.get(f"/items?after={LAST_ID}").get_json() == []


@pytest.mark.parametrize(("body", "status"), [(rb'{"name": "a\u0000"}', 422), (rb'{"name": "\ud800"}', 400)])
def test_what_the_driver_cannot_send_is_refused_before(client: FlaskClient, body: bytes, status: int) -> None:
    answer = client.post("/items", data=body, content_type="application/json")
    assert answer.status_code == status


def test_the_migrations_make_the_table_of_the_model(client: FlaskClient, app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []
        columns = {column["name"]: column for column in inspect(connection).get_columns("items")}
    assert (str(columns["id"]["type"]), columns["id"]["identity"]["always"]) == ("BIGINT", False)
    assert str(columns["price"]["type"]) == "DOUBLE PRECISION"
    assert client.get("/healthz").status_code == 200


def test_a_connection_that_was_severed_is_replaced(client: FlaskClient, other: psycopg.Connection) -> None:
    assert client.get("/items").status_code == 200
    assert other.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}".encode()).fetchall() == [(True,)]
    assert client.get("/items").status_code == 200


def test_a_lock_that_is_held_too_long(
    url: str, other: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.POSTGRESQL, "options", "-c lock_timeout=10ms")
    with migrated_app(url) as app:
        client = app.test_client()
        with other.transaction():
            other.execute("LOCK TABLE items IN ACCESS EXCLUSIVE MODE")
            assert_unavailable(client.post("/items", json=LAMP))
            assert_unavailable(client.get("/healthz"))
        assert client.post("/items", json=LAMP).status_code == 201


def test_a_connection_that_does_not_become_free(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        monkeypatch.setattr(db.engine.pool, "_timeout", 0.01)
        taken = [db.engine.connect() for _ in range(2)]
        assert_unavailable(app.test_client().get("/items"))
        taken.pop().close()
        assert app.test_client().get("/items").status_code == 200
        taken.pop().close()


def test_a_server_that_accepts_no_connection(
    name: str, client: FlaskClient, other: psycopg.Connection, admin: psycopg.Connection
) -> None:
    client.get("/items")
    admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
    other.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}".encode())
    assert_unavailable(client.get("/items"))
    admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    assert client.get("/items").status_code == 200


@pytest.mark.parametrize(
    ("sqlstate", "status"),
    [
        *((state, 503) for state in ("08006", "53200", "55P03", "57014", "57P01", "40001", "40P01", "25006")),
        *((state, 500) for state in ("42501", "22003", "23505", "42P01", "XX000")),
    ],
)
def test_the_status_goes_by_the_sqlstate(app: Flask, client: FlaskClient, sqlstate: str, status: int) -> None:
    @app.get("/raise")
    def fail() -> NoReturn:
        db.session.execute(text(f"DO $$ BEGIN RAISE 'secret' USING ERRCODE = '{sqlstate}'; END $$"))
        raise AssertionError

    answer = client.get("/raise")
    assert answer.status_code == status
    assert "secret" not in answer.text


@pytest.mark.parametrize(("kind", "status"), [(DatabaseError, 503), (DataError, 500)])
def test_without_a_sqlstate_a_lost_connection_is_unavailable(
    app: Flask, client: FlaskClient, kind: type[DBAPIError], status: int
) -> None:
    """psycopg raises DatabaseError itself where libpq, and not the server, ends an answer."""

    @app.get("/raise")
    def fail() -> NoReturn:
        lost = psycopg.DatabaseError("server closed the connection unexpectedly")
        raise kind("SELECT 1", {}, lost)

    assert client.get("/raise").status_code == status


def test_a_replacement_that_loses_against_a_deletion(client: FlaskClient, other: psycopg.Connection) -> None:
    client.post("/items", json=LAMP)
    with ThreadPoolExecutor() as pool, other.transaction():
        other.execute("DELETE FROM items")
        answer = pool.submit(client.put, "/items/1", json=LAMP)
        wait_until(lambda: waiting(other))
        other.execute("COMMIT")
        assert answer.result(60).status_code == 404
    assert client.get("/items").get_json() == []


def test_an_answer_leaves_no_transaction_open(client: FlaskClient, other: psycopg.Connection) -> None:
    for path in ("/items", "/items/1", "/healthz"):
        client.get(path)
    assert set(other.execute(f"SELECT state {OTHERS}".encode()).fetchall()) == {("idle",)}


@pytest.mark.parametrize(
    "changes",
    [
        {"scheme": "postgres"},
        {"netloc": "items:hush@127.0.0.1:{port}"},
        {"netloc": "items:hush@127.0.0.1:1"},
        {"netloc": "items:hush@hush@127.0.0.1:1"},
        {"netloc": "items:hush@127.0.0.1:port"},
        {"netloc": "items:hush@no-such-host.invalid"},
        {"path": "/no_such_database"},
        {"query": "no_such_option=hush"},
    ],
)
def test_a_bad_url_stops_the_start_with_one_line(start: Start, url: str, changes: dict[str, str]) -> None:
    parts = urlsplit(url)
    changes = {name: value.format(port=parts.port) for name, value in changes.items()}
    process = start(DATABASE_URL=parts._replace(**changes).geturl())
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert len([line for line in output.splitlines() if line.startswith("DATABASE_URL: ")]) == 1
    for secret in ("hush", parts.password or "Traceback", "Traceback"):
        assert secret not in output


def test_a_newer_schema_stops_the_start(start: Start, url: str, other: psycopg.Connection) -> None:
    other.execute("CREATE TABLE alembic_version (version_num TEXT)")
    other.execute("INSERT INTO alembic_version VALUES ('9999')")
    process = start(DATABASE_URL=url)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 1
    assert len([line for line in output.splitlines() if "DATABASE_URL" in line and "9999" in line]) == 1


def test_copies_that_start_together_wait_for_one_another(
    start: Start, url: str, other: psycopg.Connection
) -> None:
    ports = [free_port(), free_port()]
    with other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(452924370291)")
        copies = [start(DATABASE_URL=url, PORT=str(port)) for port in ports]
        locks = b"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        wait_until(lambda: other.execute(locks).fetchone() == (2,))
    for copy, port in zip(copies, ports, strict=True):
        wait_until_ready(copy, port)
