"""What a request to one variant costs: the server starts, gets warm, and is read around each operation.

An operation is one request in one packet, on a connection that stays.
"""

import json
import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from harness.command import kill_children
from harness.database import Database
from harness.postgresql import copy_of, environment
from harness.server import Server, launched, server_of
from harness.service import TWIN_SETTINGS, installed
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
ITEM = {"name": "Item", "description": "A thing worth having", "price": 9.99, "quantity": 3}
DOCUMENT = {"message": "Hello", "numbers": [1, 2.5, None]}
LISTS = ("list_items", "list_objects")


@dataclass(frozen=True)
class Variant:
    group: str  # services, postgresql, pinned, twins, floors or rungs
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
            shutdown = Thread(target=pool.shutdown, kwargs={"cancel_futures": True})
            shutdown.start()
            while shutdown.is_alive():  # a worker may ask a server that is gone, or start another, once more
                kill_children()
                shutdown.join(0.1)
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


class Client:
    """One connection, as a reverse proxy keeps it; opened anew where the server closes it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.created: list[int] = []  # ids, the newest last
        self.number = 0
        self.connection: socket.socket | None = None

    def send(self, operation: str, ids: list[int]) -> None:
        """Raises CountError unless it succeeds. `ids` are items that stay."""
        self.number += 1
        item_id = ids[self.number % len(ids)] if ids else 0
        item = {**ITEM, "quantity": self.number % 1000}
        match operation:
            case "hello":
                self.request("GET", "/hello", 200)
            case "echo":
                self.request("POST", "/echo", 200, DOCUMENT)
            case "get_item":
                self.request("GET", f"/items/{item_id}", 200)
            case "list_items":
                self.request("GET", "/items", 200)
            case "get_columns":
                self.request("GET", f"/columns/{item_id}", 200)
            case "list_objects":
                self.request("GET", "/objects", 200)
            case "create_item":
                self.created.append(json.loads(self.request("POST", "/items", 201, item))["id"])
            case "replace_item":
                self.request("PUT", f"/items/{item_id}", 200, item)
            case "delete_item":
                self.request("DELETE", f"/items/{self.created.pop()}", 204)

    def request(self, method: str, path: str, status: int, body: Any = None) -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port:05}\r\n"
        content = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        try:
            answer, text = self._exchange(method, f"{head}\r\n".encode() + content)
        except (OSError, HTTPException) as error:
            raise CountError(f"{method} {path}: {error}") from error
        if answer.status != status:
            raise CountError(f"{method} {path}: {answer.status} instead of {status}: {text[:200]!r}")
        return text

    def _exchange(self, method: str, request: bytes) -> tuple[HTTPResponse, bytes]:
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=120)
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.sendall(request)
        answer = HTTPResponse(self.connection, method=method)
        answer.begin()
        text = answer.read()
        if answer.will_close:
            self.close()
        return answer, text

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def records(count: int) -> Iterator[dict[str, Any]]:
    """What the list lists: alike in length, so that a page costs the same wherever it begins."""
    for number in range(count):
        yield {**ITEM, "name": f"Item {number:05}", "quantity": number}
