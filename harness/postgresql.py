"""A PostgreSQL server of our own in a temporary folder, and new databases on any server.

python -m harness.postgresql COMMAND...   runs it with the server's URL in POSTGRESQL_URL
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString
from urllib.parse import urlsplit

import psutil

from harness.database import connected
from harness.process import GRACE, lives, started, tail
from harness.server import free_port
from harness.service import LaunchError

DEADLINE = 30.0  # seconds for a server to answer
USER, PASSWORD = "items", "sesame"
DEBIAN = Path("/usr/lib/postgresql")
ORDINARY = ("postgres", "nobody")  # users that may run the server, which refuses to be run by root


def programs() -> Path:
    """The folder of initdb and postgres: on the PATH, or the newest of Debian's packages."""
    if initdb := shutil.which("initdb"):
        return Path(initdb).resolve().parent
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not versions:
        raise LaunchError(
            f"There is no initdb on the PATH or in {DEBIAN}: apt-get install postgresql, or give a URL"
        )
    return versions[-1].parent


class PostgreSQL:
    """A new server, its settings as shipped but for the given ones: it may be killed and started again."""

    def __init__(
        self, folder: Path, host: str = "127.0.0.1", prefix: Sequence[str] = (), settings: Sequence[str] = ()
    ) -> None:
        """`prefix` is the program that starts the server, and its arguments."""
        binaries, port = programs(), free_port()
        self.host, self.folder = host, folder
        self.log, password = folder / "log", folder / "password"
        self.url = f"postgresql://{USER}:{PASSWORD}@{host}:{port}/postgres"
        password.write_text(PASSWORD)
        user = _as_an_ordinary_user(folder, password)
        options = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={password}"]
        options += ["--encoding=UTF8", "--locale=C", "--no-sync"]  # a power cut may lose an empty server
        initdb = [*user, str(binaries / "initdb"), f"--pgdata={folder}/data", *options]
        ran = subprocess.run(initdb, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
        if ran.returncode:
            raise LaunchError(f"initdb failed: {ran.stderr.strip()}")
        with (folder / "data" / "pg_hba.conf").open("a") as rules:  # initdb's own let in this host alone
            rules.write("host all all samenet scram-sha-256\n")
        listening = [f"--listen_addresses={host}", f"--port={port}", f"--unix_socket_directories={folder}"]
        postgres = [str(binaries / "postgres"), "-D", f"{folder}/data", *listening, *settings]
        self.command = [*prefix, *user, *postgres]
        self.process: subprocess.Popen[bytes]
        self._running = ExitStack()

    def start(self) -> None:
        self.process = self._running.enter_context(started(self.command, self.log, cwd=self.folder))
        self._running.callback(self.stop)
        wait_until_ready(self.url, self.process, self.log)

    def kill(self) -> None:
        """The first process alone. Its children see that and end; no other may start before."""
        children = psutil.Process(self.process.pid).children()
        self.process.kill()
        self.process.wait()
        end = time.monotonic() + GRACE
        while any(map(lives, children)) and time.monotonic() < end:
            time.sleep(0.02)

    def stop(self, number: int = signal.SIGINT) -> None:
        """SIGINT is "fast": SIGTERM would wait for every client to leave. SIGQUIT is "immediate"."""
        self.process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)

    def close(self) -> None:
        self._running.close()


@contextmanager
def server() -> Iterator[str]:
    """A new server, its settings as shipped, that answers at this URL; gone on the way out, with its data."""
    with TemporaryDirectory(prefix="postgresql-") as name, closing(PostgreSQL(Path(name))) as server:
        server.start()
        yield server.url


def _as_an_ordinary_user(folder: Path, *files: Path) -> list[str]:
    """What stands before a command that root starts; the folder is that user's."""
    if os.getuid() != 0:
        return []
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = next(users[name] for name in ORDINARY if name in users)
    for path in (folder, *files):
        os.chown(path, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg  # takes long, and most who import this module need no server

    end = time.monotonic() + DEADLINE
    while process.poll() is None and time.monotonic() < end:
        with suppress(psycopg.OperationalError):
            psycopg.connect(url).close()
            return
        time.sleep(0.02)
    raise LaunchError(f"PostgreSQL does not answer.\n{tail(log)}")


@contextmanager
def new_database(url: str, template: str = "template0") -> Iterator[str]:
    """On the server at this URL; dropped on the way out, even while it is in use."""
    name = f"items_{secrets.token_hex(4)}"
    _tell(url, "CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, template)
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        _tell(url, "DROP DATABASE {} WITH (FORCE)", name)


def copy_of(url: str) -> AbstractContextManager[str]:
    """Of the database at this URL, to which nobody is connected."""
    parts = urlsplit(url)
    return new_database(parts._replace(path="/postgres").geturl(), parts.path[1:])


@contextmanager
def environment(url: str) -> Iterator[dict[str, str]]:
    """Of a service that is to have a new database on that server; without one it makes a file for itself."""
    if not url:
        yield {}
        return
    with new_database(url) as database:
        yield {"DATABASE_URL": database}


def _tell(url: str, statement: LiteralString, *names: str) -> None:
    from psycopg.sql import SQL, Identifier

    with connected(url) as connection:
        connection.execute(SQL(statement).format(*map(Identifier, names)))


def main(command: Sequence[str]) -> int:
    try:
        with server() as url:
            return subprocess.run(command, env={**os.environ, "POSTGRESQL_URL": url}, check=False).returncode  # noqa: S603 - the caller's own
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
