"""A service that runs, on one port and one database: it may be killed and started again on both.

installed("flask_sqlite")
with launched("flask_sqlite", {"WEB_CONCURRENCY": "4"}) as server:
    httpx.get(f"{server.url}/items")
"""

import errno
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict, Unpack

import psutil

from harness import database, usage
from harness.process import started, tail
from harness.service import SERVICES, LaunchError

UNSAID = set("?%:")  # in the path of a URL they need an escape, and not every library reads those alike
LOOPBACK = "127.0.0.1"
STOPPING = 45.0  # seconds for a service to end when asked to: more than its graceful_timeout


class Server:
    """A program that a command starts, and that answers /healthz at a port."""

    deadline = 60.0  # seconds for its first answer

    def __init__(
        self,
        service: str,
        command: Sequence[str],
        scratch: Path,
        env: Mapping[str, str] | None = None,
        *,
        host: str = LOOPBACK,
        port: int | None = None,
        cwd: Path | None = None,
        cores: Collection[int] | None = None,
        workers: int = 0,
    ) -> None:
        self.service, self.command, self.scratch = service, command, scratch
        self.host, self.port = host, free_port(host=host) if port is None else port
        self.env, self.cwd, self.cores, self.least = env or {}, cwd, cores, workers
        self.folder = scratch / "data"  # of its own: an experiment can fill it, or take it away
        self.folder.mkdir()
        self.database = self.folder / "items.db"
        self.log = scratch / "0.log"
        self.process: subprocess.Popen[bytes]
        self._starts, self._running = 0, ExitStack()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        """Of the master: its children are the workers."""
        return self.process.pid

    def start(self, dataset: Path | None = None) -> float:
        """The seconds until it answers, on a copy of a dataset or on what an earlier start left."""
        if dataset is not None:
            shutil.copyfile(dataset, self.database)
        began = time.monotonic()
        self.log = self.scratch / f"{self._starts}.log"
        self._starts += 1
        self.process = self._running.enter_context(
            started(self.command, self.log, self.env, self.cwd, self.cores)
        )
        self.wait_until_ready()
        return time.monotonic() - began

    def wait_until_ready(self) -> None:
        end = time.monotonic() + self.deadline
        while time.monotonic() < end:
            if self.is_up():
                return
            time.sleep(0.02)
        raise LaunchError(
            f"{self.service} did not answer /healthz in {self.deadline:.0f} s.\n{tail(self.log)}"
        )

    def ensure_running(self) -> None:
        if (status := self.process.poll()) is not None:
            raise LaunchError(f"{self.service} stopped with exit status {status}.\n{tail(self.log)}")

    def is_up(self) -> bool:
        """Raises LaunchError if it never will be."""
        self.ensure_running()
        return self.answers() and len(self.workers()) >= self.least

    def answers(self) -> bool:
        connection = HTTPConnection(self.host, self.port, timeout=2)
        with closing(connection), suppress(OSError, HTTPException):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == HTTPStatus.OK
        return False

    def workers(self) -> list[int]:
        with suppress(psutil.NoSuchProcess):
            return [child.pid for child in psutil.Process(self.pid).children()]
        return []

    def memory_mib(self) -> float:
        return self.memory()[0]

    def memory(self) -> tuple[float, str]:
        """And its kind."""
        with self._living():
            return usage.memory_mib(self.pid)

    def cpu_seconds(self) -> float:
        with self._living():
            return usage.cpu_seconds(self.pid)

    @contextmanager
    def _living(self) -> Iterator[None]:
        """A container's is no child of ours: where it has ended, no zombie is left to be looked at."""
        try:
            yield
        except psutil.NoSuchProcess as error:
            raise LaunchError(f"{self.service} is gone.\n{tail(self.log)}") from error

    @property
    def storage(self) -> database.Database:
        """Where its items are: its file, unless it was told of another database."""
        url = self.env.get("DATABASE_URL", "")
        return url if url.startswith("postgresql:") else self.database

    def ids(self, most: int) -> list[int]:
        return database.ids(self.storage, most)

    def count(self) -> int:
        return database.count(self.storage)

    def records(self, item_ids: Iterable[int]) -> dict[int, database.Record]:
        return database.records(self.storage, item_ids)

    def settle(self) -> None:
        database.settle(self.storage)

    def traceback(self) -> str:
        """The last line of the first one that was logged, since the first start."""
        logs = (self.scratch / f"{number}.log" for number in range(self._starts))
        *_, lines = "".join(log.read_text(errors="replace") for log in logs).partition(
            "Traceback (most recent call last):\n"
        )
        return next((line for line in lines.splitlines() if not line.startswith(" ")), "")

    def kill(self, pid: int, number: int = signal.SIGKILL) -> None:
        """One of its processes: the master, or a worker."""
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    def kill_all(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit status."""
        self.process.terminate()
        return self.process.wait(STOPPING)

    def close(self) -> None:
        """Nothing of it runs any more, however it was left."""
        self._running.close()


class How(TypedDict, total=False):
    """How a service is started, where it is not as its README says."""

    application: Sequence[str]  # Gunicorn's arguments for another application than the service's own
    prefix: Sequence[str]  # the program that starts Gunicorn, and its arguments
    venv: Path  # another than its own
    probe: Path  # a folder that Python imports from; $PROBE names where it writes: else the scratch folder
    cores: Collection[int] | None
    workers: int  # so many must be there before it is up


def server_of(
    service: str,
    scratch: Path,
    env: Mapping[str, str] | None = None,
    root: Path = SERVICES,
    **how: Unpack[How],
) -> Server:
    """The service, not yet started."""
    if set(str(scratch)) & UNSAID:
        raise LaunchError(
            f"No DATABASE_URL has a file in {scratch.parent}: let TMPDIR name a folder without ? % :"
        )
    folder = root / service
    gunicorn = how.get("venv", folder / ".venv") / "bin" / "gunicorn"
    if not gunicorn.exists():
        raise LaunchError(f"{service} is not installed: {gunicorn} is missing")
    settings = {"HOST": LOOPBACK, "DATABASE_URL": f"sqlite:///{scratch}/data/items.db", **(env or {})}
    host, port = settings["HOST"], free_port(int(settings.get("PORT", "0")), settings["HOST"])
    settings["PORT"] = str(port)
    if "probe" in how:
        settings = {"PROBE": str(scratch), **settings, "PYTHONPATH": str(how["probe"])}
    command = [*how.get("prefix", ()), str(gunicorn), *how.get("application", ())]
    cores, workers = how.get("cores"), how.get("workers", 0)
    return Server(
        service, command, scratch, settings, host=host, port=port, cwd=folder, cores=cores, workers=workers
    )


@contextmanager
def launched(
    service: str,
    env: Mapping[str, str] | None = None,
    root: Path = SERVICES,
    *,
    dataset: Path | None = None,
    **how: Unpack[How],
) -> Iterator[Server]:
    """The service, answering; gone on the way out, with its database. `dataset` is a database to copy."""
    with (
        TemporaryDirectory(prefix=f"{service}-") as scratch,
        closing(server_of(service, Path(scratch), env, root, **how)) as server,
    ):
        server.start(dataset)
        yield server


def free_port(number: int = 0, host: str = LOOPBACK) -> int:
    """At an IPv4 address of this machine. Raises LaunchError where it is none, or the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise LaunchError(f"This machine has no address {host}") from error
            if error.errno != errno.EADDRINUSE:
                raise
            raise LaunchError(f"Port {number} is taken: stop what listens there or choose another") from error
        port: int = probe.getsockname()[1]
        return port
