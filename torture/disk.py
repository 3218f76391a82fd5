import os
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from harness.server import Server
from harness.wire import NoAnswerError
from torture.service import WORKERS, Effort, Result, ask, integrity, rows, tortured, until

TIMES = 5
STORED = 3  # items, before anything befalls them
ASKED = 8  # times each, on connections of their own: so that each worker and thread is asked
WRITES = (("POST", "/items"), ("PUT", "/items/1"), ("DELETE", "/items/1"))
READS = (("GET", "/items"), ("GET", "/items/1"))
HEALTH = (("GET", "/healthz"),)
ITEM = {"name": "Lamp", "description": "x" * 1000, "price": 1}
SMALL = 2**23  # bytes: a disk of that size is soon full
HEADER = 100  # bytes at the start of a database, by which SQLite knows it
Requests = Sequence[tuple[str, str]]


def disk(name: str, effort: Effort) -> Result:
    """A full disk, a disk that cannot be written, a database that is damaged.
    Writes are 503 as problem+json while it lasts, nothing is corrupted, and it is well again by itself."""
    result = Result()
    for kind, harm in HARMS.items():
        if kind == "full" and os.geteuid() != 0:
            result.figures[kind] = "not tried: only root can mount a small disk"
            continue
        for _ in range(effort.of(TIMES, 1)):
            # One worker has opened the database when the service answers; a second may be about to.
            workers = 1 if kind == "damaged" else WORKERS
            with tortured(name, WEB_CONCURRENCY=str(workers)) as service:
                for _ in range(STORED):
                    status(service, "POST", "/items")
                harm(service, result)
                result.expect(not service.traceback(), f"{kind}: a traceback: {service.traceback()}")
            result.counts[kind] += 1
    return result


def run(command: str, *paths: Path) -> None:
    arguments = [*command.split(), *map(str, paths)]
    subprocess.run(arguments, check=True, capture_output=True)  # noqa: S603 - our own


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    run(f"mount -t tmpfs -o size={size} tmpfs", folder)
    try:
        yield
    finally:
        run("umount --lazy", folder)


def full(service: Server, result: Result) -> None:
    service.stop()
    with small_disk(service.folder, SMALL):
        service.start()
        ballast = service.folder / "ballast"
        ballast.write_bytes(bytes(SMALL * 3 // 4))
        stored, last = 0, 201
        while last == 201 and stored < SMALL // 1000:
            last = status(service, "POST", "/items")
            stored += last == 201
        result.expect(last == 503, f"full: a write was answered {last}")
        fill(ballast)
        expect(service, result, "full", READS, {200})
        expect(service, result, "full", HEALTH, {200, 503})
        ballast.unlink()
        recovers(service, result, "full", least=stored)


def fill(file: Path) -> None:
    """What a last, smaller write could still have used."""
    with suppress(OSError), file.open("ab", buffering=0) as target:
        while target.write(bytes(4096)):
            pass


def read_only(service: Server, result: Result) -> None:
    """Workers that start on it have never seen it otherwise."""
    modes = {path: path.stat().st_mode for path in [service.folder, *service.folder.iterdir()]}
    for path in modes:
        path.chmod(0o555 if path.is_dir() else 0o444)
    replace_workers(service)
    expect(service, result, "read-only", WRITES, {503})
    expect(service, result, "read-only", HEALTH + READS, {200, 503})
    for path, mode in modes.items():
        path.chmod(mode)
    recovers(service, result, "read-only", least=STORED)


def damaged(service: Server, result: Result) -> None:
    """Every page but for the header is overwritten. It is well again when it starts on the backup."""
    with closing(sqlite3.connect(service.database)) as connection:  # all in the one file
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = service.database.read_bytes()
    service.database.write_bytes(backup[:HEADER] + b"\xff" * (len(backup) - HEADER))
    expect(service, result, "damaged", READS + WRITES, {503})
    expect(service, result, "damaged", HEALTH, {200, 503})
    service.kill_all()
    service.database.write_bytes(backup)
    for file in service.folder.glob("items.db-*"):
        file.unlink()
    service.start()
    recovers(service, result, "damaged", least=STORED)


def replace_workers(service: Server) -> None:
    old = service.workers()
    for pid in old:
        service.kill(pid)
    until(lambda: len(set(service.workers()) - set(old)) == len(old), "the workers are back")


HARMS = {"full": full, "read-only": read_only, "damaged": damaged}


def status(service: Server, method: str, target: str) -> int:
    answer = ask(service, method, target, ITEM if method in ("POST", "PUT") else None)
    if answer.status >= 400 and answer.header("Content-Type") != "application/problem+json":
        raise NoAnswerError(f"{method} {target}: {answer.status} as {answer.header('Content-Type')}")
    return answer.status


def expect(service: Server, result: Result, occasion: str, requests: Requests, allowed: set[int]) -> None:
    for method, target in requests:
        statuses = {status(service, method, target) for _ in range(ASKED)}
        result.expect(statuses <= allowed, f"{occasion}: {method} {target} was answered {sorted(statuses)}")


def recovers(service: Server, result: Result, kind: str, *, least: int) -> None:
    """By itself, for good, and with everything that it had."""
    # each worker may need a request to see that all is well
    until(lambda: all(status(service, "POST", "/items") == 201 for _ in range(ASKED)), f"{kind}: it recovers")
    stored = len(rows(service.database))
    result.expect(stored >= least + ASKED, f"{kind}: {stored} items are left of {least + ASKED}")
    expect(service, result, f"after {kind}", HEALTH + READS, {200})
    result.expect(integrity(service.database) == "ok", f"after {kind}: integrity_check is not ok")
