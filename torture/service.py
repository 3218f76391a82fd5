"""A service that is killed and started again, on one port and one database."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from loadtests.runner import usage
from loadtests.runner.database import records
from loadtests.runner.launch import SERVICES, LaunchError, free_port
from loadtests.runner.process import started, tail
from torture.client import Client, NoAnswerError

WORKERS = 2
DEADLINE = 30.0  # seconds until what must come to be has come to be

# Root reads and writes what the modes of a file forbid; a service in production is not root.
UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


class StuckError(Exception):
    """Something did not come to be within its deadline; the text says what."""


def until(holds: Callable[[], object], what: str, deadline: float = DEADLINE) -> float:
    """The seconds it took. Raises StuckError."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > deadline:
            raise StuckError(f"{what}: not within {deadline:.0f} s")
        time.sleep(0.01)
    return time.monotonic() - began


class Service:
    def __init__(self, name: str, scratch: Path, **env: str) -> None:
        self.name, self.scratch = name, scratch
        self.folder = scratch / "data"
        self.database = self.folder / "items.db"
        self.port = free_port()
        self.env = {"PORT": str(self.port), "DATABASE_URL": f"sqlite:///{self.database}", **env}
        self._runs: list[ExitStack] = []
        self.folder.mkdir()
        self.log = scratch / "0.log"

    def start(self) -> float:
        """The seconds until it answers with all of its workers. What is left of an earlier run stays."""
        log = self.scratch / f"{len(self._runs)}.log"
        command = [*UNPRIVILEGED, str(SERVICES / self.name / ".venv/bin/gunicorn")]
        run = ExitStack()
        self._runs.append(run)
        self.process = run.enter_context(started(command, log, self.env, SERVICES / self.name))
        self.log = log
        return until(self.is_up, f"{self.name} answers")

    def is_up(self) -> bool:
        if (status := self.process.poll()) is not None:
            raise LaunchError(f"{self.name} stopped with exit status {status}.\n{tail(self.log)}")
        return len(self.workers()) >= WORKERS and self.answers()

    def answers(self) -> bool:
        with suppress(NoAnswerError), Client(self.port, timeout=2) as client:
            return client.send("GET", "/healthz").status == HTTPStatus.OK
        return False

    def workers(self) -> list[int]:
        with suppress(psutil.NoSuchProcess):
            return [child.pid for child in psutil.Process(self.process.pid).children()]
        return []

    def ends(self, pids: list[int]) -> bool:
        """Whether none of these lives; what nobody has waited for is dead."""
        for pid in pids:
            with suppress(psutil.NoSuchProcess):
                if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                    return False
        return True

    def kill(self, pid: int, number: int = signal.SIGKILL) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    def kill_all(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self) -> int:
        """Ask it to stop; its exit status."""
        self.process.terminate()
        return self.process.wait(DEADLINE + 15)  # above graceful_timeout

    def memory_mib(self) -> float:
        return usage.memory_mib(self.process.pid)[0]

    def traceback(self) -> str:
        """The last line of the first one that was logged."""
        logged = "".join(log.read_text(errors="replace") for log in sorted(self.scratch.glob("*.log")))
        _, found, rest = logged.partition("Traceback (most recent call last):\n")
        return next((line for line in rest.splitlines() if found and not line.startswith(" ")), "")

    def close(self) -> None:
        while self._runs:
            self._runs.pop().close()


@contextmanager
def tortured(name: str, **env: str) -> Iterator[Service]:
    """A service with a new database, up; gone on the way out."""
    with (
        TemporaryDirectory(prefix=f"torture-{name}-") as scratch,
        closing(Service(name, Path(scratch), **env)) as it,
    ):
        it.start()
        yield it


def rows(database: Path) -> dict[int, str]:
    """The name of each item, past the service."""
    return {id_: name for id_, (name, *_) in records(database).items()}


def integrity(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
