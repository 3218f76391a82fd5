"""Install a service and start it: a free port, a fresh database, and nothing left behind.

installed("flask_sqlite")
with launched("flask_sqlite", env={"WEB_CONCURRENCY": "4"}) as server:
    httpx.get(f"{server.url}/items")
"""

import errno
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from loadtests.runner.process import started, tail

SERVICES = Path(__file__).parents[2] / "services"
TWINS = Path(__file__).parents[1] / "twins"
PROBE = Path(__file__).with_name("probe")
DEADLINE = 60.0  # seconds for a service to answer /healthz


class LaunchError(Exception):
    """A service that cannot be installed, started or kept running; its text says why."""


@dataclass(frozen=True)
class Server:
    service: str
    url: str
    database: Path
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def scratch(self) -> Path:
        """A folder for as long as the service runs."""
        return self.log.parent

    @property
    def pid(self) -> int:
        """Of the master: its children are the workers."""
        return self.process.pid

    def ensure_running(self) -> None:
        if (status := self.process.poll()) is not None:
            raise LaunchError(f"{self.service} stopped with exit status {status}.\n{tail(self.log)}")


def services(root: Path = SERVICES) -> list[str]:
    return sorted(path.parent.name for path in root.glob("*/gunicorn.conf.py"))


def installed(service: str, announce: Callable[[str], None] = lambda _: None, root: Path = SERVICES) -> Path:
    """The service's .venv, made again only when its requirements.txt is not the one it was made from."""
    folder = root / service
    requirements, venv = folder / "requirements.txt", folder / ".venv"
    stamp = venv / "installed"
    digest = sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return venv
    if (uv := shutil.which("uv")) is None:
        raise LaunchError(f"Cannot install {service} without uv: pip install uv")
    announce(f"Installing {service}, this once")
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)],
        [uv, "pip", "sync", "--require-hashes", "--python", str(venv), str(requirements)],
    ):
        if status := subprocess.run(command, check=False).returncode:  # noqa: S603 - uv, and our own paths
            raise LaunchError(f"Cannot install {service}: uv {command[1]} failed with exit status {status}")
    stamp.write_text(digest)
    return venv


@contextmanager
def launched(
    service: str,
    env: Mapping[str, str] | None = None,
    root: Path = SERVICES,
    *,
    application: Sequence[str] = (),
    dataset: Path | None = None,
    cores: Collection[int] | None = None,
) -> Iterator[Server]:
    """The service, answering; gone on the way out, with its database.

    `application` are the words for another application than the service's own, `dataset` a database to copy.
    """
    folder = root / service
    gunicorn = folder / ".venv" / "bin" / "gunicorn"
    if not gunicorn.exists():
        raise LaunchError(f"{service} is not installed: {gunicorn.relative_to(root)} is missing")
    with TemporaryDirectory(prefix=f"{service}-") as scratch:
        database, log = Path(scratch, "items.db"), Path(scratch, "service.log")
        if dataset is not None:
            shutil.copyfile(dataset, database)
        settings = {"HOST": "127.0.0.1", "DATABASE_URL": f"sqlite:///{database}", **(env or {})}
        settings["PORT"] = str(free_port(int(settings.get("PORT", "0"))))
        settings |= {"PYTHONPATH": str(PROBE), "PROBE": scratch}
        with started([str(gunicorn), *application], log, settings, folder, cores) as process:
            server = Server(service, f"http://127.0.0.1:{settings['PORT']}", database, log, process)
            wait_until_ready(server)
            yield server


def twin(service: str, twins: Path = TWINS) -> list[str]:
    """The words that make a service's Gunicorn serve its tutorial twin."""
    if not (twins / f"{service}.py").exists():
        raise LaunchError(f"{service} has no twin: {twins.name}/{service}.py is missing")
    return ["--pythonpath", str(twins), f"{service}:app"]


def free_port(wanted: int = 0) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise LaunchError(f"Port {wanted} is taken: stop what listens there or choose another") from error
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(server: Server) -> None:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        server.ensure_running()
        with suppress(OSError, HTTPException):
            if answers(server):
                return
        time.sleep(0.05)
    raise LaunchError(f"{server.service} did not answer /healthz in {DEADLINE:.0f} s.\n{tail(server.log)}")


def answers(server: Server) -> bool:
    with closing(HTTPConnection(urlsplit(server.url).netloc, timeout=2)) as connection:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
