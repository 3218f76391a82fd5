"""What a request to one variant costs: the server starts, gets warm, and is read around each operation."""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from harness.database import Database
from harness.postgresql import copy_of, environment
from harness.server import Server, launched, server_of
from harness.service import TWIN_SETTINGS, installed
from loadtests.cost.instrument import Instrument, Reading
from loadtests.cost.requests import OPERATIONS, Client, records

ROWS = 1500
# Requests before the counted ones: Python specialises its code, caches fill.
WARM, WARM_LISTS = 80, 4
COUNTED, COUNTED_LISTS = 150, 8
IDLE = 1.5  # seconds
START = "start"
LISTS = ("list_items", "list_objects")


@dataclass(frozen=True)
class Variant:
    group: str  # services, postgresql, twins, floors or rungs
    name: str  # of the service; of a floor, its interface
    service: str  # in whose folder and environment it runs
    application: tuple[str, ...] = ()  # Gunicorn's words for another than the service's own
    operations: tuple[str, ...] = OPERATIONS
    environment: Path | None = None  # another than its service's


@contextmanager
def workers() -> Iterator[ThreadPoolExecutor]:
    """One for each core; an interruption waits for none of them, and ends what they count."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in psutil.Process().children(recursive=True):
                child.kill()
            raise


@contextmanager
def dataset(service: str, rows: int = ROWS, postgresql: str = "") -> Iterator[Database]:
    """A database of the service with so many items, in one file or on this server."""
    with TemporaryDirectory(prefix="cost-") as folder, environment(postgresql) as env:
        copy = Path(folder, "items.db")
        with launched(service, {"SQLITE_SYNCHRONOUS": "OFF", **env}) as server:
            client = Client(server.port)
            for record in records(rows):
                client.request("POST", "/items", 201, record)
            client.close()
            server.stop()
            if not env:
                shutil.copyfile(server.database, copy)
        yield env.get("DATABASE_URL", copy)


@contextmanager
def counted(
    variant: Variant, seed: int, data: Database, *, counting: bool
) -> Iterator[tuple[Server, Instrument]]:
    """The variant under Valgrind, with one worker; `counting` from its first instruction on."""
    with TemporaryDirectory(prefix="cost-") as folder, ExitStack() as stack:
        instrument = Instrument(Path(folder))
        settings = {
            **instrument.environment,
            "WEB_CONCURRENCY": "1",
            "PYTHONHASHSEED": str(seed),
            **(TWIN_SETTINGS if variant.group == "twins" else {}),
        }
        if isinstance(data, str):
            settings["DATABASE_URL"] = stack.enter_context(copy_of(data))
        server = started_by(variant, instrument, settings, counting=counting)
        server.deadline = 600.0  # Valgrind is 50 times slower, and the machine may be busy
        with closing(server):
            if isinstance(data, Path):
                shutil.copyfile(data, server.database)
            server.start()
            yield server, instrument


def started_by(
    variant: Variant, instrument: Instrument, settings: Mapping[str, str], *, counting: bool
) -> Server:
    venv = variant.environment or installed(variant.service)
    prefix = [*instrument.prefix(counting=counting), str(venv / "bin" / "python")]
    words = ["--timeout", "900", *variant.application]
    return server_of(
        variant.service, instrument.scratch, settings, prefix=prefix, application=words, venv=venv
    )


def requests(variant: Variant, seed: int, data: Database) -> Mapping[str, Reading]:
    """Each operation's cost of one request. What the server does by itself, by its clock, is subtracted."""
    with counted(variant, seed, data, counting=False) as (server, instrument):
        (worker,) = server.workers()
        client = Client(server.port)
        ids = list(range(1, ROWS + 1))
        for operation in variant.operations:
            for _ in range(WARM_LISTS if operation in LISTS else WARM):
                client.send(operation, ids)
        instrument.start_counting(worker)
        for operation in variant.operations:  # once more: Valgrind has thrown its translations away
            client.send(operation, ids)
        idle = _idle(instrument, worker)
        costs = {}
        for operation in variant.operations:
            times = COUNTED_LISTS if operation in LISTS else COUNTED
            began, before = time.monotonic(), instrument.read(worker)
            for _ in range(times):
                client.send(operation, ids)
            spent = instrument.read(worker) - before
            costs[operation] = (spent - idle.times(time.monotonic() - began)).times(1 / times)
        client.close()
        return costs


def start(variant: Variant, seed: int, data: Database) -> Reading:
    """Master and worker, from the first instruction to the first answer. The .pyc files are there."""
    with counted(variant, seed, data, counting=True) as (server, instrument):
        (worker,) = server.workers()
        return instrument.read(server.pid) + instrument.read(worker)


def _idle(instrument: Instrument, worker: int) -> Reading:
    """What a second costs in which nothing is asked: timers, the heartbeat to Gunicorn's master."""
    began, before = time.monotonic(), instrument.read(worker)
    time.sleep(IDLE)
    spent = instrument.read(worker) - before
    return spent.times(1 / (time.monotonic() - began))
