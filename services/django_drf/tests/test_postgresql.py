"""What only PostgreSQL shows. POSTGRESQL_URL names a server, for databases that are made and dropped."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import DatabaseError, DataError, OperationalError, ProgrammingError
from psycopg import errors as psycopg_errors

from app.errors import is_unavailable

from .conftest import ROOT, Start, free_port, wait_until_ready

SERVER = os.environ.get("POSTGRESQL_URL", "")
LAMP = {"name": "Lamp", "description": "灯", "price": 19.9, "quantity": 2**31 - 1}
LAST_ID = 2**53 - 1
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

on_postgresql = pytest.mark.skipif(not SERVER, reason="POSTGRESQL_URL names no server")

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def url() -> Iterator[str]:
    name = f"items_{token_hex(4)}"
    with closing(psycopg.connect(SERVER, autocommit=True)) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
        yield urlsplit(SERVER)._replace(path=f"/{name}").geturl()
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def ask(start: Start, url: str) -> Ask:
    """A request to a running service: its status and its document."""
    port = free_port()
    wait_until_ready(start(DATABASE_URL=url, PORT=str(port), WEB_CONCURRENCY="1"), port)

    def ask(method: str, path: str, body: object = None) -> tuple[int, Any]:
        content = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - it is http
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Retry-After"]

    return ask


@pytest.fixture
def other(url: str) -> Iterator[psycopg.Connection]:
    with closing(psycopg.connect(url, autocommit=True)) as other:
        yield other


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("sqlstate", "unavailable"),
    [
        *(
            (state, True)
            for state in ("08006", "53200", "55P03", "57014", "57P01", "40001", "40P01", "25006")
        ),
        *((state, False) for state in ("42501", "22003", "42P01", "XX000")),
    ],
)
def test_the_status_goes_by_the_sqlstate(sqlstate: str, unavailable: bool) -> None:
    error = OperationalError()
    error.__cause__ = psycopg_errors.lookup(sqlstate)()
    assert is_unavailable(error) is unavailable


def test_without_a_sqlstate_a_lost_connection_is_unavailable() -> None:
    for kind, cause, unavailable in (
        (OperationalError, psycopg.OperationalError, True),
        (DatabaseError, psycopg.DatabaseError, True),
        (DataError, psycopg.DataError, False),
        (ProgrammingError, psycopg.ProgrammingError, False),
    ):
        error = kind()
        error.__cause__ = cause()
        assert is_unavailable(error) is unavailable


@on_postgresql
def test_an_item_comes_back_as_it_was_sent(ask: Ask, other: psycopg.Connection) -> None:
    assert ask("POST", "/items", LAMP) == (201, LAMP | {"id": 1})
    assert ask("GET", "/items") == (200, [LAMP | {"id": 1}])
    assert ask("PUT", "/items/1", LAMP | {"price": 5e-324}) == (200, LAMP | {"id": 1, "price": 5e-324})
    assert ask("DELETE", "/items/1") == (204, None)
    assert ask("POST", "/items", LAMP)[1]["id"] == 2
    columns = (
        b"SELECT data_type, identity_generation FROM information_schema.columns WHERE table_name = 'items'"
    )
    rows = other.execute(columns + b" AND column_name IN ('id', 'price') ORDER BY column_name").fetchall()
    assert rows == [("bigint", "BY DEFAULT"), ("double precision", None)]


@on_postgresql
def test_the_largest_id_is_no_item(ask: Ask) -> None:
    assert [ask(method, f"/items/{LAST_ID}")[0] for method in ("GET", "DELETE")] == [404, 404]
    assert ask("PUT", f"/items/{LAST_ID}", LAMP)[0] == 404
    assert ask("GET", f"/items?after={LAST_ID}") == (200, [])
    assert ask("POST", "/items", LAMP | {"name": "a\0b"})[0] == 422
    assert ask("POST", "/items", LAMP | {"name": "\ud800"})[0] == 400


@on_postgresql
def test_a_connection_that_was_severed_is_replaced(ask: Ask, other: psycopg.Connection) -> None:
    assert ask("GET", "/items")[0] == 200
    assert (True,) in other.execute(f"SELECT pg_terminate_backend(pid) {OTHERS}".encode()).fetchall()
    assert ask("GET", "/items")[0] == 200


@on_postgresql
def test_a_lock_that_is_held_too_long(ask: Ask, other: psycopg.Connection) -> None:
    with other.transaction():
        other.execute("LOCK TABLE items IN ACCESS EXCLUSIVE MODE")
        assert ask("POST", "/items", LAMP) == (503, "1")
    assert ask("POST", "/items", LAMP)[0] == 201


@on_postgresql
def test_a_replacement_that_loses_against_a_deletion(ask: Ask, other: psycopg.Connection) -> None:
    ask("POST", "/items", LAMP)
    with ThreadPoolExecutor() as pool, other.transaction():
        other.execute("DELETE FROM items")
        answer = pool.submit(ask, "PUT", "/items/1", LAMP)
        # pg_stat_activity would stay, within a transaction, what it was at the first look
        blocked = (
            b"SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        wait_until(lambda: other.execute(blocked).fetchone())
        other.execute("COMMIT")
        assert answer.result(60)[0] == 404
    assert ask("GET", "/items") == (200, [])


@on_postgresql
def test_no_more_connections_than_threads(ask: Ask, other: psycopg.Connection) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert {status for status, _ in pool.map(lambda _: ask("GET", "/items"), range(40))} == {200}
    connections = other.execute(f"SELECT application_name, state {OTHERS}".encode()).fetchall()
    assert 1 <= len(connections) <= 2
    assert set(connections) == {("django_drf", "idle")}


@on_postgresql
@pytest.mark.parametrize(
    "changes",
    [
        {"scheme": "postgres"},
        {"netloc": "items:hush@127.0.0.1:{port}"},
        {"netloc": "items:hush@127.0.0.1:1"},
        {"netloc": "items:hush@hush@127.0.0.1:1"},
        {"netloc": "items:hush%zz@127.0.0.1:1"},
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


@on_postgresql
def test_a_newer_schema_stops_the_start(start: Start, url: str, other: psycopg.Connection) -> None:
    env = os.environ | {"DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True, timeout=60)
    other.execute("UPDATE django_migrations SET name = '9999_later'")
    output = (process := start(DATABASE_URL=url)).communicate(timeout=60)[0]
    assert process.returncode == 1
    assert len([line for line in output.splitlines() if "DATABASE_URL" in line and "9999_later" in line]) == 1


@on_postgresql
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
