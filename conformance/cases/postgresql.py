"""What only someone who holds a database on PostgreSQL can see: these cases start the service themselves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from time import monotonic, sleep

import psycopg

from conformance.answers import every_answer
from conformance.case import Complaint, Subject, case, differs
from conformance.cases.concurrency import send
from conformance.cases.connection import POST
from conformance.cases.database import LIST, PUT, READS, WRITES, ask, ids, refused
from harness.postgresql import environment, new_database
from harness.server import Server, launched
from harness.wire import Request

Connection = psycopg.Connection[tuple[object, ...]]
on_postgresql = partial(case, starts=True, database="postgresql")

SETTINGS = {"THREADS": "4"}  # a thread for each write, to wait all at once
LAMP = {"name": "Lamp", "price": 1}
DEADLINE = 20.0  # seconds
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
SEVER = b"SELECT pg_terminate_backend(pid) " + OTHERS.encode()
# pg_stat_activity would stay, within a transaction, what it was at the first look.
BLOCKED = b"SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


@contextmanager
def running(subject: Subject) -> Iterator[tuple[Server, Connection]]:
    """The service with one item, and another connection to its database."""
    with (
        environment(subject.postgresql) as env,
        launched(subject.service, {**SETTINGS, **env}) as server,
        closing(psycopg.connect(env["DATABASE_URL"], autocommit=True)) as other,
    ):
        ask(server, POST)
        yield server, other


def wait_until_blocked(other: Connection) -> None:
    end = monotonic() + DEADLINE
    while not other.execute(BLOCKED).fetchone():
        if monotonic() > end:
            raise TimeoutError("nothing waits for the lock")
        sleep(0.01)


@on_postgresql("PostgreSQL: a table that stays locked", "database-unavailable")
def stays_locked(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, other):
        with other.transaction():
            other.execute("LOCK TABLE items IN EXCLUSIVE MODE")
            yield from refused(server, WRITES, 503)
            yield from differs(ids(server), [1], "the ids, where every write was refused")
        yield from differs(ask(server, POST).status, 201, "the status of a write after the lock")


@on_postgresql("PostgreSQL: a table that cannot even be read", "database-unavailable", "health-asks")
def cannot_be_read(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, other):
        with other.transaction():
            other.execute("LOCK TABLE items IN ACCESS EXCLUSIVE MODE")
            yield from refused(server, READS, 503)
        yield from differs(ask(server, READS[0]).status, 200, "the status of /healthz after the lock")


@on_postgresql("PostgreSQL: a table that is not there", "database-fault", "error-fault")
def no_table(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, other):
        other.execute("ALTER TABLE items RENAME TO items_gone")
        yield from refused(server, [LIST, Request("GET", "/items/1"), *WRITES], 500)


@on_postgresql("PostgreSQL: a database that may only be read", "database-unavailable")
def read_only(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, other):
        name = other.info.dbname.encode()
        other.execute(b"ALTER DATABASE " + name + b" SET default_transaction_read_only = on")
        other.execute(SEVER)  # the setting is of new connections
        yield from refused(server, WRITES, 503)
        yield from differs(ids(server), [1], "the ids, where every write was refused")


@on_postgresql("PostgreSQL: a server that takes no connection", "database-unavailable")
def takes_no_connection(subject: Subject) -> Iterator[Complaint]:
    with (
        running(subject) as (server, other),
        closing(psycopg.connect(subject.postgresql, autocommit=True)) as admin,
    ):
        database = b"ALTER DATABASE " + other.info.dbname.encode()
        admin.execute(database + b" ALLOW_CONNECTIONS false")
        other.execute(SEVER)
        yield from refused(server, READS + WRITES, 503)
        admin.execute(database + b" ALLOW_CONNECTIONS true")
        yield from differs(ids(server), [1], "the ids after that")


@on_postgresql("PostgreSQL: connections that were severed", "get-stored", "durable-read")
def severed(subject: Subject) -> Iterator[Complaint]:
    """Unnoticed by the service, between two requests, as by a restart of the server."""
    with running(subject) as (server, other):
        for request, status in ((LIST, 200), (PUT, 200), (POST, 201), (Request("DELETE", "/items/2"), 204)):
            other.execute(SEVER)
            answer = ask(server, request)
            yield from every_answer(request, answer, (status,))
            yield from differs(answer.status, status, f"the status of {request.method} {request.target}")
        yield from differs(ids(server), [1], "the ids after that")


@on_postgresql("PostgreSQL: what waits for a deletion finds no item", "replace-never-creates", "delete-once")
def waits_for_a_deletion(subject: Subject) -> Iterator[Complaint]:
    with running(subject) as (server, other), ThreadPoolExecutor() as pool:
        for method, body in (("PUT", LAMP), ("DELETE", None)):
            path = f"/items/{send(server.url, 'POST', '/items', LAMP).json()['id']}"
            with other.transaction():
                other.execute("DELETE FROM items WHERE id = %s", [path.rpartition("/")[2]])
                waiting = pool.submit(partial(send, server.url, method, path, body))
                wait_until_blocked(other)
            yield from differs(waiting.result(DEADLINE).status, 404, f"the status of {method}")
            yield from differs(send(server.url, "GET", path).status, 404, "the status of GET after that")


@on_postgresql("PostgreSQL: what was answered outlives a kill", "durable-crash", "create-no-reuse")
def outlives_a_kill(subject: Subject) -> Iterator[Complaint]:
    with new_database(subject.postgresql) as url:
        with launched(subject.service, {"DATABASE_URL": url}) as server:
            created = [ask(server, POST).json()["id"] for _ in range(50)]
            ask(server, Request("DELETE", f"/items/{created[-1]}"))
            server.kill_all()
        with launched(subject.service, {"DATABASE_URL": url}) as server:
            yield from differs(ids(server), created[:-1], "the ids after the kill")
            yield from differs(ask(server, POST).json()["id"] in created, False, "an id is used again")


@on_postgresql(
    "PostgreSQL: items that are committed in another order", "list-order", "list-after", "durable-read"
)
def committed_in_another_order(subject: Subject) -> Iterator[Complaint]:
    """The first of two writers is held at its commit, past the service."""
    with running(subject) as (server, other):
        with other.transaction():
            query = (
                "INSERT INTO items (name, description, price, quantity) VALUES ('', '', 0, 0) RETURNING id"
            )
            first = other.execute(query).fetchone()
            second = ask(server, POST).json()["id"]
            yield from differs((first, second), ((2,), 3), "the ids of the two writers")
            yield from differs(ids(server), [1, 3], "the ids, where the smaller is not committed")
        for target, listed in (("/items?after=3", []), ("/items?after=1", [2, 3]), ("/items", [1, 2, 3])):
            yield from differs(ids(server, target), listed, f"the ids of {target} when both are committed")
