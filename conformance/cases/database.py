"""What only someone who holds the database can see: these cases start the service themselves."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.answers import every_answer
from conformance.case import Complaint, Subject, case, differs
from conformance.cases.connection import POST
from conformance.script import TYPED
from harness.server import Server, launched
from harness.wire import Answer, Request, exchange

PUT = Request("PUT", "/items/1", TYPED, POST.body, "length")
WRITES = [POST, PUT, Request("DELETE", "/items/1")]
LIST = Request("GET", "/items")
READS = [Request("GET", "/healthz"), LIST, Request("GET", "/items/1")]
CREATED = 50


def ask(server: Server, request: Request) -> Answer:
    answer = exchange(server.url, request)
    if answer is None:
        raise ValueError(f"{request.method} {request.target}: no answer")
    return answer


def refused(server: Server, requests: list[Request], status: int) -> Iterator[Complaint]:
    """Each of them, at the same moment, with that status."""
    with ThreadPoolExecutor(len(requests)) as pool:
        answers = list(pool.map(lambda request: ask(server, request), requests))
    for request, answer in zip(requests, answers, strict=True):
        yield from every_answer(request, answer, (status,))
        yield from differs(answer.status, status, f"the status of {request.method} {request.target}")
        if status == 503 and not (answer.header("Retry-After") or "").isdecimal():
            yield Complaint(f"Retry-After is {answer.header('Retry-After')}")


def ids(server: Server, target: str = "/items") -> list[int]:
    return [item["id"] for item in ask(server, Request("GET", target)).json()]


@contextmanager
def opened(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as connection:
        yield connection


@contextmanager
def locked(database: Path) -> Iterator[None]:
    with opened(database) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield
        holder.execute("ROLLBACK")


@case("a database that stays locked", "database-unavailable", starts=True)
def stays_locked(subject: Subject) -> Iterator[Complaint]:
    with launched(
        subject.service, {"THREADS": "4"}
    ) as server:  # a thread for each write, to wait all at once
        ask(server, POST)
        with locked(server.database):
            yield from refused(server, WRITES, 503)
        yield from differs(ids(server), [1], "the ids, where every write was refused")
        yield from differs(ask(server, POST).status, 201, "the status of a write after the lock")


@case("a database that cannot even be read", "database-unavailable", "health-asks", starts=True)
def cannot_be_read(subject: Subject) -> Iterator[Complaint]:
    """Without a write-ahead log, an exclusive lock keeps readers out, too."""
    with launched(subject.service, {"THREADS": "4", "SQLITE_JOURNAL_MODE": "DELETE"}) as server:
        ask(server, POST)
        with locked(server.database):
            yield from refused(server, READS, 503)
        yield from differs(ask(server, READS[0]).status, 200, "the status of /healthz after the lock")


@case("a table that is not there", "database-fault", "error-fault", starts=True)
def no_table(subject: Subject) -> Iterator[Complaint]:
    """As after a column that was renamed in the database and not in the service."""
    with launched(subject.service) as server:
        ask(server, POST)
        with opened(server.database) as database:
            named = "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE c.name = 'price'"
            for (table,) in database.execute(f"{named} AND m.type = 'table'").fetchall():
                database.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_gone"')
        yield from refused(server, [LIST, Request("GET", "/items/1"), *WRITES], 500)


@case("a database file that is away", "open-database-file", starts=True)
def file_away(subject: Subject) -> Iterator[Complaint]:
    with launched(subject.service) as server, TemporaryDirectory() as elsewhere:
        ask(server, POST)
        for file in sorted(server.database.parent.glob(f"{server.database.name}*")):
            file.rename(Path(elsewhere, file.name))
        for request in READS + WRITES:
            yield from every_answer(request, ask(server, request), (500, 503))


@case("what was answered outlives a kill", "durable-crash", "create-no-reuse", starts=True)
def outlives_a_kill(subject: Subject) -> Iterator[Complaint]:
    with TemporaryDirectory() as folder:
        settings = {"DATABASE_URL": f"sqlite:///{folder}/items.db"}
        with launched(subject.service, settings) as server:
            created = [ask(server, POST).json()["id"] for _ in range(CREATED)]
            ask(server, Request("DELETE", f"/items/{created[-1]}"))
            server.kill_all()
        with launched(subject.service, settings) as server:
            yield from differs(ids(server), created[:-1], "the ids after the kill")
            new = ask(server, POST).json()["id"]
            yield from differs(new in created, False, "an id is used again")
