"""What a request to one variant costs: the server starts, gets warm, and is read around each operation.

An operation is one request in one packet, on a connection that stays.
"""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from harness.command import kill_children
from harness.database import Database
from harness.postgresql import copy_of, environment
from harness.server import How, Server, launched, server_of
from harness.service import TWIN_SETTINGS, installed
from harness.wire import Answer, NoAnswerError
from harness.wire import Client as Connection
from loadtests.cost.instrument import CountError, Instrument, Reading

ROWS = 1500
# Requests before the counted ones: Python specialises its code, caches fill.
WARM, WARM_LISTS = 80, 4
COUNTED, COUNTED_LISTS = 150, 8
IDLE = 1.5  # seconds
START = "start"
OPERATIONS = ("hello", "echo", "get_item", "list_items", "create_item", "replace_item", "delete_item")
BASICS = ("hello", "echo")  # what a floor answers
ON_RUNGS = ("get_columns", "list_objects")  # what a rung adds to its service
LISTS = ("list_items", "list_objects")
ITEM = {"name": "Item", "description": "A thing worth having", "price": 9.99, "quantity": 3}
DOCUMENT = {"message": "Hello", "numbers": [1, 2.5, None]}
REQUESTS: dict[str, tuple[str, str, int, Any]] = {  # method, path, the status of the answer, and the body
    "hello": ("GET", "/hello", 200, None),
    "echo": ("POST", "/echo", 200, DOCUMENT),
    "get_item": ("GET", "/items/{}", 200, None),
    "list_items": ("GET", "/items", 200, None),
    "get_columns": ("GET", "/columns/{}", 200, None),
    "list_objects": ("GET", "/objects", 200, None),
    "create_item": ("POST", "/items", 201, ITEM),
    "replace_item": ("PUT", "/items/{}", 200, ITEM),
    "delete_item": ("DELETE", "/items/{}", 204, None),
}


@dataclass(frozen=True)
class Variant:
    group: str  # services, postgresql, pinned, twins, floors or rungs
    name: str  # of the service; of a floor, its interface
    service: str  # in whose folder and environment it runs
    application: tuple[str, ...] = ()  # Gunicorn's arguments for one that is not the service's own
    operations: tuple[str, ...] = OPERATIONS
    environment: Path | None = None  # another than its service's

    @property
    def venv(self) -> Path:
        return self.environment or installed(self.service)


@contextmanager
def workers() -> Iterator[ThreadPoolExecutor]:
    """One for each core; an interruption waits for none of them, and ends what they count."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        try:
            yield pool
        except BaseException:
            shutdown = Thread(target=pool.shutdown, kwargs={"cancel_futures": True})
            shutdown.start()
            while shutdown.is_alive():  # a worker may ask a server that is gone, or start another, once more
                kill_children()
                shutdown.join(0.1)
            raise


@contextmanager
def dataset(service: str, postgresql: str = "") -> Iterator[Database]:
    """A database of the service with the items, in one file or on this server.

    They are alike in length, so that a page costs the same wherever it begins.
    """
    with TemporaryDirectory(prefix="cost-") as folder, environment(postgresql) as env:
        copy = Path(folder, "items.db")
        with launched(service, {"SQLITE_SYNCHRONOUS": "OFF", **env}) as server:
            with Client(server.port) as client:
                for number in range(ROWS):
                    item = {**ITEM, "name": f"Item {number:05}", "quantity": number}
                    client.ask("POST", "/items", 201, item)
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
        how: How = {
            "prefix": [*instrument.prefix(counting=counting), str(variant.venv / "bin" / "python")],
            "application": ["--timeout", "900", *variant.application],
            "venv": variant.venv,
        }
        server = server_of(variant.service, instrument.scratch, settings, **how)
        server.deadline = 600.0  # Valgrind is 50 times slower, and the machine may be busy
        with closing(server):
            if isinstance(data, Path):
                shutil.copyfile(data, server.database)
            server.start()
            yield server, instrument


def requests(variant: Variant, seed: int, data: Database) -> Mapping[str, Reading]:
    """Each operation's cost of one request. What the server does by itself, by its clock, is subtracted."""
    with (
        counted(variant, seed, data, counting=False) as (server, instrument),
        Client(server.port) as client,
    ):
        (worker,) = server.workers()
        for operation in variant.operations:
            for _ in range(WARM_LISTS if operation in LISTS else WARM):
                client.operate(operation)
        instrument.start_counting(worker)
        for operation in variant.operations:  # once more: Valgrind has thrown its translations away
            client.operate(operation)
        idle = _idle(instrument, worker)
        costs = {}
        for operation in variant.operations:
            times = COUNTED_LISTS if operation in LISTS else COUNTED
            began, before = time.monotonic(), instrument.read(worker)
            for _ in range(times):
                client.operate(operation)
            spent = instrument.read(worker) - before
            costs[operation] = (spent - idle.times(time.monotonic() - began)).times(1 / times)
        return costs


def start(variant: Variant, seed: int, data: Database) -> Mapping[str, Reading]:
    """Master and worker, from the first instruction to the first answer. The .pyc files are there."""
    with counted(variant, seed, data, counting=True) as (server, instrument):
        (worker,) = server.workers()
        return {START: instrument.read(server.pid) + instrument.read(worker)}


def _idle(instrument: Instrument, worker: int) -> Reading:
    """What a second costs in which nothing is asked: timers, the heartbeat to Gunicorn's master."""
    began, before = time.monotonic(), instrument.read(worker)
    time.sleep(IDLE)
    spent = instrument.read(worker) - before
    return spent.times(1 / (time.monotonic() - began))


class Client(Connection):
    """As a reverse proxy keeps its connection; opened anew where the server closes it."""

    def __init__(self, port: int) -> None:
        super().__init__(f"http://127.0.0.1:{port:05}", timeout=120)
        self.created: list[int] = []  # ids, the newest last
        self.number = 0

    def operate(self, operation: str) -> None:
        """Raises CountError unless it succeeds. The items of the dataset stay."""
        self.number += 1
        method, path, status, body = REQUESTS[operation]
        item_id = self.created.pop() if operation == "delete_item" else self.number % ROWS + 1
        if body is ITEM:
            body = {**ITEM, "quantity": self.number % 1000}
        answer = self.ask(method, path.format(item_id), status, body)
        if operation == "create_item":
            self.created.append(answer.json()["id"])

    def ask(self, method: str, path: str, status: int, body: object = None) -> Answer:
        try:
            answer = self.send(method, path, body)
        except NoAnswerError as error:
            raise CountError(str(error)) from error
        if answer.status != status:
            raise CountError(f"{method} {path}: {answer.status} instead of {status}: {answer.body[:200]!r}")
        return answer
