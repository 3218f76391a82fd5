"""A full disk, a disk that cannot be written, a database that is gone or is none."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.server import Server
from harness.wire import Client, NoAnswerError
from torture.experiment import Effort, Found
from torture.service import StuckError, integrity, prepared, rows, until

TIMES = 5
ASKED = 8  # times each, on connections of their own: so that each worker and thread is asked
WRITES = (("POST", "/items"), ("PUT", "/items/1"), ("DELETE", "/items/1"))
READS = (("GET", "/items"), ("GET", "/items/1"))
HEALTH = (("GET", "/healthz"),)
EVERYTHING = HEALTH + READS + WRITES
ITEM = {"name": "Lamp", "description": "x" * 1000, "price": 1}
SMALL = 2**23  # bytes: a disk of that size is soon full
Requests = Sequence[tuple[str, str]]


def disk(name: str, effort: Effort) -> Found:
    """503 as problem+json while it lasts, nothing corrupted, and well again by itself."""
    found, times = Found(), effort.of(TIMES, 1)
    for what, harm in HARMS.items():
        if what == "full" and os.geteuid() != 0:
            found.figures[what] = "not tried: only root can mount a small disk"
            continue
        for _ in range(times):
            with harmed(name, small=what == "full") as service:
                harm(service, found)
        found.count(times, what)
    return found


@contextmanager
def harmed(name: str, *, small: bool) -> Iterator[Server]:
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix=f"torture-{name}-")))
        service = prepared(name, scratch)
        if small:
            mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(service.folder)]
            subprocess.run(mount, check=True)  # noqa: S603 - our own folder
            stack.callback(subprocess.run, ["umount", "--lazy", str(service.folder)], check=True)
        stack.callback(service.close)
        service.start()
        for _ in range(3):
            answer(service, "POST", "/items")
        yield service


def full(service: Server, found: Found) -> None:
    ballast = service.folder / "ballast"
    ballast.write_bytes(bytes(SMALL * 5 // 8))
    stored = len(rows(service.database))
    status = 201
    while status == 201 and stored < SMALL // 1000:
        status = answer(service, "POST", "/items")
        stored += status == 201
    found.expect(status == 503, f"full: a write was answered {status}")
    fill(ballast)
    said(service, found, "full", HEALTH, 503)
    said(service, found, "full", READS, 200)
    ballast.unlink()
    recovers(service, found, "full", least=stored)


def fill(file: Path) -> None:
    """What a last, smaller write could still have used."""
    with file.open("ab", buffering=0) as target:
        try:
            while target.write(bytes(4096)):
                pass
        except OSError:
            return


def read_only(service: Server, found: Found) -> None:
    """Workers that start on it have never seen it otherwise."""
    modes = {path: path.stat().st_mode for path in [service.folder, *service.folder.iterdir()]}
    for path in modes:
        path.chmod(0o555 if path.is_dir() else 0o444)
    for pid in service.workers():
        service.kill(pid, signal.SIGTERM)
        until(lambda gone=pid: gone not in service.workers(), "a worker ends")  # type: ignore[misc]
    until(lambda: len(service.workers()) > 1, "the workers are back")
    said(service, found, "read-only", HEALTH + WRITES, 503)
    for path, mode in modes.items():
        path.chmod(mode)
    recovers(service, found, "read-only", least=3)


def vanished(service: Server, found: Found) -> None:
    away = service.scratch / "away"
    away.mkdir()
    for path in list(service.folder.iterdir()):
        path.rename(away / path.name)
    said(service, found, "vanished", EVERYTHING, 503)
    found.expect(not list(service.folder.iterdir()), "vanished: a new database was made in its place")
    for path in away.iterdir():
        path.rename(service.folder / path.name)
    recovers(service, found, "vanished", least=3)


def corrupt(service: Server, found: Found) -> None:
    """Another file in its place, that is no database."""
    away = service.scratch / "away"
    away.mkdir()
    for path in list(service.folder.iterdir()):
        path.rename(away / path.name)
    service.database.write_bytes(b"no database at all. " * 1000)
    said(service, found, "corrupt", EVERYTHING, 503)
    service.database.unlink()
    for path in away.iterdir():
        path.rename(service.folder / path.name)
    recovers(service, found, "corrupt", least=3)


HARMS: dict[str, Callable[[Server, Found], None]] = {
    "full": full,
    "read-only": read_only,
    "vanished": vanished,
    "corrupt": corrupt,
}


def answer(service: Server, method: str, target: str) -> int:
    with Client(service.url, reuse=False) as client:
        reply = client.send(method, target, ITEM if method in ("POST", "PUT") else None)
    if reply.status >= 400 and reply.header("Content-Type") != "application/problem+json":
        raise NoAnswerError(f"{method} {target}: {reply.status} as {reply.header('Content-Type')}")
    return reply.status


def said(service: Server, found: Found, what: str, requests: Requests, status: int) -> None:
    for method, target in requests:
        answers = {answer(service, method, target) for _ in range(ASKED)}
        found.expect(
            answers == {status}, f"{what}: {method} {target} was answered {sorted(answers)}, not {status}"
        )


def recovers(service: Server, found: Found, what: str, *, least: int) -> None:
    """By itself, for good, and with everything that it had."""
    try:
        until(lambda: answer(service, "POST", "/items") == 201, f"{what}: a write succeeds again")
    except StuckError as stuck:
        found.faults.append(str(stuck))
        return
    before = len(rows(service.database))
    found.expect(before > least, f"{what}: {before} items are left of {least + 1}")
    said(service, found, f"after {what}", (("POST", "/items"),), 201)
    said(service, found, f"after {what}", HEALTH + READS, 200)
    found.expect(integrity(service.database) == "ok", f"after {what}: integrity_check is not ok")
    found.expect(not service.traceback(), f"{what}: a traceback was logged: {service.traceback()}")
