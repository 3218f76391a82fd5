"""What befalls a database server under writers. The service is not started again: it is well by itself."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from harness.postgresql import PostgreSQL, new_database
from torture.disk import fill, run, small_disk
from torture.service import Effort, Result, rows, stops_well, tortured, until
from torture.signals import crash
from torture.writer import CLIENTS, Writers, writing

TIMES = 10
WRITES = 50  # before each of them
LIMIT = 2.0  # seconds from the server's return until every answer is a good one
ENOUGH = 10  # good answers of each writer, after which it is well
DISK = 2**28  # bytes
SETTINGS = ("--max_connections=20", "--min_wal_size=32MB", "--max_wal_size=64MB")
OTHERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Ground:
    """A server; where root may make them, in a network and on a small disk of its own."""

    server: PostgreSQL
    network: str  # the name of its namespace, and of the device between that and ours; or nothing
    client: str  # our own address in that network
    url: str  # of the database
    chance: random.Random = random.Random(1)  # noqa: RUF009 - for moments

    def connect(self) -> Connection:
        return psycopg.connect(self.url, autocommit=True)


@contextmanager
def ground() -> Iterator[Ground]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="torture-postgresql-")))
        network, host, prefix = "", "127.0.0.1", list[str]()
        near, subnet = f"torture-{os.getpid()}", f"198.18.{os.getpid() % 256}"  # of the block for such tests
        client, far = f"{subnet}.1", f"{subnet}.2"
        with suppress(OSError, subprocess.CalledProcessError):  # where we may not: without them
            stack.enter_context(small_disk(folder, DISK))
            run(f"ip netns add {near}")
            stack.callback(run, f"ip netns delete {near}")
            run(f"ip link add {near} type veth peer name {near} netns {near}")
            for option, address in (("", client), (f"-n {near}", far)):
                run(f"ip {option} address add {address}/30 dev {near}")
                run(f"ip {option} link set {near} up")
            network, host, prefix = near, far, ["ip", "netns", "exec", near]
        server = stack.enter_context(closing(PostgreSQL(folder, host, prefix, SETTINGS)))
        server.start()
        yield Ground(server, network, client, server.url)


def connected(observer: Connection) -> list[int]:
    """The processes of the other connections to the database."""
    return [pid for (pid,) in observer.execute(f"SELECT pid {OTHERS}".encode()).fetchall()]


def backend(ground: Ground, _: Writers) -> None:
    with closing(ground.connect()) as observer:
        os.kill(ground.chance.choice(connected(observer)), signal.SIGKILL)
        until(lambda: fails(observer, b"SELECT 1"), "the server ends the other connections")
    until(lambda: revived(ground), "the server has recovered")


def fails(connection: Connection, query: bytes) -> bool:
    with suppress(psycopg.OperationalError):
        connection.execute(query)
        return False
    return True


def revived(ground: Ground) -> bool:
    """It takes connections; if it has ended, it is started again."""
    if ground.server.process.poll() is not None:
        ground.server.start()
    with suppress(psycopg.OperationalError):
        ground.connect().close()
        return True
    return False


def postmaster(ground: Ground, _: Writers) -> None:
    ground.server.kill()
    ground.server.start()


def restart(number: int, ground: Ground, _: Writers) -> None:
    ground.server.stop(number)
    ground.server.start()


def silence(ground: Ground, _: Writers) -> None:
    # Each side sends to an Ethernet address that nobody has.
    sides = [("", ground.server.host), (f"-n {ground.network}", ground.client)]
    for option, address in sides:
        run(f"ip {option} neighbour replace {address} dev {ground.network} lladdr 02:00:00:00:00:00")
    time.sleep(ground.chance.uniform(1, 8))  # the length of the silence, not a wait for anything
    for option, address in sides:
        run(f"ip {option} neighbour delete {address} dev {ground.network}")


def full(ground: Ground, writers: Writers) -> None:
    ballast = ground.server.folder / "ballast"
    try:
        fill(ballast)
        refused(writers)
        with closing(ground.connect()) as observer:
            until(lambda: fails(observer, b"SELECT pg_switch_wal()"), "the server ends")
    finally:
        ballast.unlink()
    until(lambda: revived(ground), "the server has recovered")


def refused(writers: Writers, times: int = CLIENTS) -> None:
    least = writers.refused + times
    until(lambda: writers.refused >= least, "writes are refused")


def connections(ground: Ground, writers: Writers) -> None:
    with ExitStack() as stack:
        observer = stack.enter_context(closing(ground.connect()))
        least = writers.refused + CLIENTS

        def taken() -> bool:
            observer.execute(f"SELECT pg_terminate_backend(pid) {OTHERS} AND application_name <> ''".encode())
            with suppress(psycopg.OperationalError):
                while True:
                    stack.enter_context(closing(ground.connect()))
            return writers.refused >= least

        until(taken, "writes are refused")


def table(ground: Ground, writers: Writers) -> None:
    with closing(ground.connect()) as holder, holder.transaction():
        holder.execute("LOCK TABLE items IN EXCLUSIVE MODE")
        refused(writers, 1)


def read_only(ground: Ground, writers: Writers) -> None:
    with closing(ground.connect()) as admin:
        admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        admin.execute("SELECT pg_reload_conf()")
        try:
            refused(writers)
        finally:
            admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
            admin.execute("SELECT pg_reload_conf()")


Harm = Callable[[Ground, Writers], None]
HARMS: dict[str, Harm] = {
    "backend": backend,
    "postmaster": postmaster,
    "fast": partial(restart, signal.SIGINT),
    "immediate": partial(restart, signal.SIGQUIT),
    "silence": silence,
    "full": full,
    "connections": connections,
    "table": table,
    "read-only": read_only,
}


def outages(name: str, effort: Effort, ground: Ground) -> Result:
    """What befalls the database server while clients write; the service is not started again.
    `backend`: SIGKILL to the process of a connection, at which the server ends all others and recovers.
    `postmaster`: SIGKILL to the server's first process, and a new start. `fast`, `immediate`: as by
    `pg_ctl restart -m`. `silence`: every packet is dropped for 1 to 8 seconds, and no connection reset.
    `full`: no room on the server's disk, for the tables and then for its log, which ends the server; it is
    started again when there is room. `connections`: others hold all of `max_connections`. `table`: it is
    locked for longer than a write waits. `read-only`: `default_transaction_read_only`.
    Meanwhile a write may be 503, and may then have been done if its connection was lost. From 2 seconds after
    the server's return every answer is a good one. Each line has: how many times, how many answers of 503,
    and after how long every client had a good answer. In the end no connection is left at the server."""
    result, times = Result(), effort.of(TIMES, 1)
    with tortured(name, DATABASE_URL=ground.url) as service:
        with writing(service.url, unsure=True) as writers:
            for kind, harm in HARMS.items():
                if kind in ("silence", "full") and not ground.network:
                    result.figures[kind] = "not tried: only root can make a network and a small disk"
                    continue
                before, back = writers.refused, list[float]()
                for _ in range(times):
                    writers.at_work(WRITES)
                    harm(ground, writers)
                    back.append(well_again(writers))
                result.figures[kind] = f"{times}, {writers.refused - before:,} of 503, {max(back):.1f} s"
                if effort.whole:  # the short form is for machines that do much else
                    result.expect(max(back) <= LIMIT, f"{kind}: well again after {max(back):.1f} s")
        stops_well(service, result)
        writers.judge(rows(service.storage), result)
    with closing(ground.connect()) as observer:
        until(lambda: not connected(observer), "the server gives up the connections of the service")
    result.figures["the slowest answer"] = f"{max(writer.slowest for writer in writers.threads):.1f} s"
    result.faults += writers.silences
    return result


def well_again(writers: Writers) -> float:
    """The seconds from now until the first good answer that only good ones followed."""
    now = time.monotonic()
    until(lambda: writers.well_since(now, ENOUGH) < inf, "every answer is a good one")
    return writers.well_since(now, ENOUGH) - now


ON_POSTGRESQL: dict[str, Callable[[str, Effort, Ground], Result]] = {
    "crash": lambda name, effort, ground: crash(name, effort, DATABASE_URL=ground.url),
    "outages": outages,
}


def on_postgresql(ground: Ground, experiment: str, name: str, effort: Effort) -> Result:
    revived(ground)
    with new_database(ground.server.url) as url:
        return ON_POSTGRESQL[experiment](name, effort, replace(ground, url=url))
