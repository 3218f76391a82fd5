"""What only someone who holds the database can see: these cases start the service themselves."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from conformance.answers import every_answer
from conformance.case import Complaint, Subject, case, differs
from conformance.cases.concurrency import created, lamp, send
from conformance.cases.connection import POST
from conformance.script import TYPED
from harness.database import reading
from harness.wire import Answer, Request, exchange

if TYPE_CHECKING:
    from harness.server import Server

PUT = Request("PUT", "/items/1", TYPED, POST.body, "length")
WRITES = [POST, PUT, Request("DELETE", "/items/1")]
LIST = Request("GET", "/items")
READS = [Request("GET", "/healthz"), LIST, Request("GET", "/items/1")]
CREATED = 50
DEADLINE = 20.0  # seconds
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
SEVER = f"SELECT pg_terminate_backend(pid) {OTHERS}"
# pg_stat_activity would stay, within a transaction, what it was at the first look.
BLOCKED = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"

on_either = partial(case, databases=("sqlite", "postgresql"))
on_sqlite = partial(case, databases=("sqlite",))
on_postgresql = partial(case, databases=("postgresql",))


@contextmanager
def running(subject: Subject, **settings: str) -> Iterator[tuple["Server", Any]]:
    """The service with one item, and another connection to its database."""
    from harness.postgresql import environment  # takes long to import, and most runs need none
    from harness.server import launched

    threads = {"THREADS": "4"}  # one for each write, to wait all at once
    with (
        environment(subject.postgresql) as env,
        launched(subject.service, {**threads, **env, **settings}) as server,
        closing(connected(server.storage)) as connection,
    ):
        ask(server, POST)
        yield server, connection


def connected(database: Path | str) -> Any:
    if isinstance(database, Path):
        return sqlite3.connect(database, isolation_level=None, timeout=10)
    import psycopg

    return psycopg.connect(database, autocommit=True)


@contextmanager
def locked(connection: Any, mode: str) -> Iterator[None]:
    """In a mode of PostgreSQL's. SQLite's own keeps readers out, too, where there is no write-ahead log."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("BEGIN EXCLUSIVE")
    else:
        connection.execute("BEGIN")
        connection.execute(f"LOCK TABLE items IN {mode} MODE")
    yield
    connection.execute("ROLLBACK")


def ask(server: "Server", request: Request) -> Answer:
    answer = exchange(server.url, request)
    if answer is None:
        raise ValueError(f"{request.method} {request.target}: no answer")
    return answer


def refused(server: "Server", requests: list[Request], status: int) -> Iterator[Complaint]:
    """Each of them, at the same moment, with that status."""
    with ThreadPoolExecutor(len(requests)) as pool:
        answers = list(pool.map(partial(ask, server), requests))
    for request, answer in zip(requests, answers, strict=True):
        yield from every_answer(request, answer, (status,))
        yield from differs(answer.status, status, f"the status of {request.method} {request.target}")
        if status == 503 and not (answer.header("Retry-After") or "").isdecimal():
            yield Complaint(f"Retry-After is {answer.header('Retry-After')}")


def ids(server: "Server", target: str = "/items") -> list[int]:
    return [item["id"] for item in ask(server, Request("GET", target)).json()]


@on_either("a database that stays locked", "database-unavailable")
def stays_locked(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, connection):
        with locked(connection, "EXCLUSIVE"):
            yield from refused(server, WRITES, 503)
            yield from differs(ids(server), [1], "the ids, where every write was refused")
        yield from differs(ids(server), [1], "the ids after the lock, where every write had been refused")
        yield from differs(ask(server, POST).status, 201, "the status of a write after the lock")


@on_either("a database that cannot even be read", "database-unavailable", "health-asks")
def cannot_be_read(subject: Subject) -> Iterator[Complaint]:
    with running(subject, SQLITE_JOURNAL_MODE="DELETE") as (server, connection):
        with locked(connection, "ACCESS EXCLUSIVE"):
            yield from refused(server, READS, 503)
        yield from differs(ask(server, READS[0]).status, 200, "the status of /healthz after the lock")


@on_either("a table that is not there", "database-fault", "error-fault")
def no_table(subject: Subject) -> Iterator[Complaint]:
    """As after a table that was renamed in the database and not in the service."""
    with running(subject) as (server, connection):
        with reading(server.storage) as (_, table):
            pass
        connection.execute(f"ALTER TABLE {table} RENAME TO items_gone")
        yield from refused(server, [LIST, Request("GET", "/items/1"), *WRITES], 500)


@on_sqlite("a database file that is away", "open-database-file")
def file_away(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, _), TemporaryDirectory() as elsewhere:
        for file in sorted(server.database.parent.glob(f"{server.database.name}*")):
            file.rename(Path(elsewhere, file.name))
        for request in READS + WRITES:
            yield from every_answer(request, ask(server, request), (500, 503))


@on_either("what was answered outlives a kill", "durable-crash", "create-no-reuse")
def outlives_a_kill(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, _):
        created = [1, *(ask(server, POST).json()["id"] for _ in range(CREATED))]
        ask(server, Request("DELETE", f"/items/{created[-1]}"))
        server.kill_all()
        server.start()
        yield from differs(ids(server), created[:-1], "the ids after the kill")
        yield from differs(ask(server, POST).json()["id"] in created, False, "an id is used again")


@on_postgresql("a database that may only be read", "database-unavailable")
def read_only(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, connection):
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET default_transaction_read_only = on")
        connection.execute(SEVER)  # the setting is of new connections
        yield from refused(server, WRITES, 503)
        yield from differs(ids(server), [1], "the ids, where every write was refused")


@on_postgresql("a server that takes no connection", "database-unavailable")
def takes_no_connection(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, connection), closing(connected(subject.postgresql)) as admin:
        allow = f"ALTER DATABASE {connection.info.dbname} ALLOW_CONNECTIONS"
        admin.execute(f"{allow} false")
        connection.execute(SEVER)
        yield from refused(server, READS + WRITES, 503)
        admin.execute(f"{allow} true")
        yield from differs(ids(server), [1], "the ids after that")


@on_postgresql("connections that were severed", "get-stored", "durable-read")
def severed(subject: Subject) -> Iterator[Complaint]:
    """Unnoticed by the service, between two requests, as by a restart of the server."""
    with running(subject) as (server, connection):
        for request, status in ((LIST, 200), (PUT, 200), (POST, 201), (Request("DELETE", "/items/2"), 204)):
            connection.execute(SEVER)
            answer = ask(server, request)
            yield from every_answer(request, answer, (status,))
            yield from differs(answer.status, status, f"the status of {request.method} {request.target}")
        yield from differs(ids(server), [1], "the ids after that")


@on_postgresql("what waits for a deletion finds no item", "replace-never-creates", "delete-once")
def waits_for_a_deletion(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, connection), ThreadPoolExecutor() as pool:
        for method, body in (("PUT", lamp(1)), ("DELETE", None)):
            path = f"/items/{created(server.url, lamp(1))}"
            with connection.transaction():
                connection.execute("DELETE FROM items WHERE id = %s", [path.rpartition("/")[2]])
                waiting = pool.submit(send, server.url, method, path, body)
                wait_until_blocked(connection)
            yield from differs(waiting.result(DEADLINE).status, 404, f"the status of {method}")
            yield from differs(send(server.url, "GET", path).status, 404, "the status of GET after that")


def wait_until_blocked(connection: Any) -> None:
    end = monotonic() + DEADLINE
    while not connection.execute(BLOCKED).fetchone():
        if monotonic() > end:
            raise TimeoutError("nothing waits for the lock")
        sleep(0.01)


@on_postgresql("items that are committed in another order", "list-order", "list-after", "durable-read")
def committed_in_another_order(subject: Subject) -> Iterator[Complaint]:
    """The first of two writers is held at its commit, past the service."""
    insert = "INSERT INTO items (name, description, price, quantity) VALUES ('', '', 0, 0) RETURNING id"
    with running(subject) as (server, connection):
        with connection.transaction():
            first = connection.execute(insert).fetchone()
            second = ask(server, POST).json()["id"]
            yield from differs((first, second), ((2,), 3), "the ids of the two writers")
            yield from differs(ids(server), [1, 3], "the ids, where the smaller is not committed")
        for target, listed in (("/items?after=3", []), ("/items?after=1", [2, 3]), ("/items", [1, 2, 3])):
            yield from differs(ids(server, target), listed, f"the ids of {target} when both are committed")
