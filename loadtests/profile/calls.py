"""Call an application in this process, without a server, for some seconds: something to profile.

<venv>/bin/python calls.py app.main:app get_item 3

Runs in the environment and the folder of a service. Says as JSON how many calls there were, and their time.
"""

import asyncio
import importlib
import io
import json
import os
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

RECORDS = 1500
ITEM = {
    "name": "Lamp",
    "description": "The item of the dataset, kept in aisle 7.",
    "price": 9.5,
    "quantity": 3,
}
BODY = json.dumps(ITEM).encode()
REQUESTS: dict[str, tuple[str, str, bytes]] = {
    "hello": ("GET", "/hello", b""),
    "echo": ("POST", "/echo", BODY),
    "list_items": ("GET", "/items", b""),
    "get_item": ("GET", "/items/{item_id}", b""),
    "create_item": ("POST", "/items", BODY),
    "replace_item": ("PUT", "/items/{item_id}", BODY),
}


def called_by_wsgi(application: Callable[..., Any], method: str, path: str, body: bytes) -> str:
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8000",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    if body:
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
    answer = application(environ, lambda status, *_: statuses.append(status))
    for _piece in answer:
        pass
    if hasattr(answer, "close"):
        answer.close()
    return statuses[0]


async def called_by_asgi(
    application: Callable[..., Awaitable[None]], method: str, path: str, body: bytes
) -> str:
    headers = [(b"host", b"127.0.0.1:8000")]
    if body:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    return str(sent[0]["status"])


def prepared(database: str) -> None:
    importlib.import_module("app.db").create()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO items (name, description, price, quantity)"
            " VALUES (:name, :description, :price, :quantity)",
            [ITEM] * RECORDS,
        )


def requests(operation: str) -> Callable[[int], tuple[str, str, bytes]]:
    method, path, body = REQUESTS[operation]
    return lambda n: (method, path.format(item_id=n % RECORDS + 1), body)


def ensure_right(status: str) -> None:
    if not status.startswith("2"):
        sys.exit(f"the application answers {status}")


def counted(one: Callable[[int], str], seconds: float) -> tuple[int, float, float]:
    """Calls, and what they took together: seconds, and seconds of processor time."""
    for n in range(20):  # what is made once, at the first call
        ensure_right(one(n))
    calls, cpu, began = 0, time.process_time(), time.monotonic()
    while time.monotonic() < began + seconds:
        one(calls)
        calls += 1
    return calls, time.monotonic() - began, time.process_time() - cpu


async def counted_in_a_loop(one: Callable[[int], Awaitable[str]], seconds: float) -> tuple[int, float, float]:
    for n in range(20):
        ensure_right(await one(n))
    calls, cpu, began = 0, time.process_time(), time.monotonic()
    while time.monotonic() < began + seconds:
        await one(calls)
        calls += 1
    return calls, time.monotonic() - began, time.process_time() - cpu


def main(target: str, operation: str, seconds: float) -> None:
    sys.path.insert(0, str(Path.cwd()))
    prepared(os.environ["DATABASE_URL"].removeprefix("sqlite:///"))
    module, _, name = target.partition(":")
    application, request = getattr(importlib.import_module(module), name), requests(operation)
    if hasattr(application, "router"):
        uvloop = importlib.import_module("uvloop")
        found = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(
            counted_in_a_loop(lambda n: called_by_asgi(application, *request(n)), seconds)
        )
    else:
        found = counted(lambda n: called_by_wsgi(application, *request(n)), seconds)
    print(json.dumps(dict(zip(("calls", "seconds", "cpu_seconds"), found, strict=True))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
