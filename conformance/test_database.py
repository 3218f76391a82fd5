"""What only someone who holds the database can see: these tests start the service themselves.

pytest conformance/test_database.py --service flask_sqlite
"""

import os
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from conformance.answers import every_answer
from harness.server import Server, launched
from harness.wire import Answer, Request, exchange

TYPED = ("Content-Type: application/json",)
BODY = b'{"name": "Lamp", "price": 19.9}'
POST = Request("POST", "/items", TYPED, BODY, "length")
WRITES = [POST, Request("PUT", "/items/1", TYPED, BODY, "length"), Request("DELETE", "/items/1")]
READS = [Request("GET", "/healthz"), Request("GET", "/items"), Request("GET", "/items/1")]
PAIRS = 50


def ask(server: Server, request: Request) -> Answer:
    answer = exchange(server.url, request)
    assert answer is not None, f"{request.method} {request.target}: no answer"
    assert list(every_answer(request, answer)) == []
    return answer


def ask_all(server: Server, requests: list[Request]) -> list[Answer]:
    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(lambda request: ask(server, request), requests))


@contextmanager
def locked(database: Path) -> Iterator[None]:
    with closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield
        holder.execute("ROLLBACK")


@pytest.mark.case("a database that stays locked")
def test_a_database_that_stays_locked(service: str) -> None:
    with launched(service, {"THREADS": "4"}) as server:  # a thread for each write, to wait all at once
        assert ask(server, POST).status == 201
        with locked(server.database):
            answers = ask_all(server, WRITES)
        assert [answer.status for answer in answers] == [503, 503, 503]
        assert all(answer.header("Retry-After") for answer in answers)
        assert [item["id"] for item in ask(server, READS[1]).json()] == [1], (
            "a refused write was done all the same"
        )
        assert ask(server, POST).status == 201


@pytest.mark.case("a database that is away")
def test_a_database_that_is_away(service: str, tmp_path: Path) -> None:
    with launched(service) as server:
        assert ask(server, POST).status == 201
        files = sorted(server.database.parent.glob(f"{server.database.name}*"))
        for file in files:
            file.rename(tmp_path / file.name)
        answers = ask_all(server, READS) + ask_all(server, WRITES)
        assert [answer.status for answer in answers] == [503] * 6
        assert all(answer.header("Retry-After") for answer in answers)


@pytest.mark.case("what was answered outlives a kill")
def test_what_was_answered_outlives_a_kill(service: str, tmp_path: Path) -> None:
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/items.db"}
    with launched(service, settings) as server:
        ids = [ask(server, POST).json()["id"] for _ in range(PAIRS)]
        os.killpg(server.process.pid, signal.SIGKILL)
    with launched(service, settings) as server:
        assert [item["id"] for item in ask(server, READS[1]).json()] == ids
        assert ask(server, POST).json()["id"] > ids[-1]
