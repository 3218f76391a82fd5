"""The database of a variant: SQLite's file, or one on a PostgreSQL server, near or far."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlsplit

import psutil

from harness import postgresql, usage
from harness.database import Database, connected
from harness.process import started
from harness.server import free_port
from harness.service import ROOT
from loadtests.measure.plan import GIVEN, SQLITE, Environment, PlanError

PINGS = 200


@dataclass
class Databases:
    """The PostgreSQL servers of a run: one of our own, started when it is first needed, and the given one."""

    given: str | None
    running: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def own(self) -> str:
        return self.running.enter_context(postgresql.server())

    def server(self, kind: str) -> str:
        if kind != GIVEN:
            return self.own
        if self.given is None:
            raise PlanError("The run is on a PostgreSQL of yours: name it again with --database URL")
        return self.given

    def empty(self, kind: str) -> str:
        """A database that stays for the run, to be copied."""
        return self.running.enter_context(postgresql.new_database(self.server(kind)))

    @contextmanager
    def fresh(self, kind: str, dataset: Database | None) -> Iterator[Environment]:
        """What a service is told of its database: nothing of SQLite's, which it makes itself."""
        if kind == SQLITE:
            yield {}
            return
        template = urlsplit(dataset).path[1:] if isinstance(dataset, str) else "template0"
        with postgresql.new_database(self.server(kind), template) as url, reached(url, kind) as way:
            yield {"DATABASE_URL": way}

    def clock(self, kind: str) -> float:
        """The processor time that our own server has used so far, of all its processes."""
        return usage.cpu_seconds(self._postmaster) if kind not in (SQLITE, GIVEN) else float("nan")

    @cached_property
    def _postmaster(self) -> int:
        with connected(self.own) as connection:
            return psutil.Process(connection.info.backend_pid).ppid()


@contextmanager
def reached(url: str, kind: str) -> Iterator[str]:
    """The database at this URL of 127.0.0.1, by the way that the kind names after its colon."""
    match kind.partition(":")[2]:
        case "socket":
            with connected(url) as connection:
                (folder,) = connection.execute("SHOW unix_socket_directories").fetchone() or ("",)
            parts = urlsplit(url)
            query = f"host={quote(folder, safe='/')}&port={parts.port}"
            yield parts._replace(netloc=f"{parts.username}:{parts.password}@", query=query).geturl()
        case delay if delay.endswith("ms"):
            with delayed(url, float(delay.removesuffix("ms"))) as way:
                yield way
        case _:
            yield url


@contextmanager
def delayed(url: str, milliseconds: float) -> Iterator[str]:
    """By a network whose round trip takes so long."""
    parts, port = urlsplit(url), free_port()
    way = parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{port}")).geturl()
    command = [sys.executable, "-m", "harness.delay", str(port), str(parts.port), str(milliseconds / 2)]
    with TemporaryDirectory(prefix="delay-") as folder:
        log = Path(folder) / "log"
        with started(command, log, cwd=ROOT) as process:
            postgresql.wait_until_ready(way, process, log)
            yield way


def round_trip_ms(database: Database) -> float:
    """The median time of a query that does nothing; nan of a file."""
    if isinstance(database, Path):
        return float("nan")
    times = []
    with connected(database) as connection:
        for _ in range(PINGS):
            began = time.perf_counter()
            connection.execute("SELECT 1")
            times.append(time.perf_counter() - began)
    return median(times) * 1000
