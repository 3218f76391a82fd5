"""A master with workers that keep items in a database, and misbehave as the file `order` says."""

import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")


def order() -> str:
    return Path("order").read_text() if Path("order").exists() else ""


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    lists = 0  # that were asked for, on this connection

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self.answer(503 if order() == "mute" else 200, {"status": "ok"})
        elif self.path == "/hello":
            self.answer(200, {"message": "Goodbye" if order() == "wrong" else "Hello, World!"})
        elif self.path.partition("?")[0] == "/items":
            orders = order().split() or [""]  # of several orders each list follows the next
            fault, self.lists = orders[self.lists % len(orders)], self.lists + 1
            parameters = {"after": 0, "limit": -1, **dict(parse_qsl(self.path.partition("?")[2]))}
            parameters |= {"limit": -1} if fault == "limitless" else {}
            page = query("SELECT * FROM things WHERE id > :after ORDER BY id LIMIT :limit", parameters)
            self.answer(200, BREAKING.get(fault, list)(page))
        else:
            self.answer(200, query("SELECT * FROM things WHERE id = :id", {"id": self.item_id})[0])

    def do_POST(self) -> None:
        sent = self.sent()
        if self.path == "/echo":
            return self.answer(200, sent)
        if order() == "forget_new" and sent["name"] == "create_item":
            return self.answer(201, {"id": 999, **sent})
        insert = "INSERT INTO things VALUES (NULL, :name, :description, :price, :quantity) RETURNING *"
        return self.answer(201, query(insert, sent)[0])

    def do_PUT(self) -> None:
        item = {"id": self.item_id, **self.sent()}
        if order() != "forget_replaced":
            query("REPLACE INTO things VALUES (:id, :name, :description, :price, :quantity)", item)
        self.answer(200, item)

    def do_DELETE(self) -> None:
        gone = query("DELETE FROM things WHERE id = :id RETURNING *", {"id": self.item_id})
        self.answer(204 if gone else 404, None)

    @property
    def item_id(self) -> int:
        return int(self.path.rpartition("/")[2])

    def sent(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def answer(self, status: int, body: object) -> None:
        text = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


def query(statement: str, values: dict[str, Any] | None = None) -> list[Any]:
    with closing(sqlite3.connect(DATABASE)) as database, database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(statement, values or {})]


BREAKING: dict[str, Callable[[list[Any]], list[Any]]] = {
    "short": lambda items: items[: len(items) * 9 // 10],
    "holes": lambda items: [item for place, item in enumerate(items) if not 0 < place % 10 < 3],
    "reversed": lambda items: items[::-1],
    "repeated": lambda items: [item for item in items[::2] for _ in range(2)],
    "mistyped": lambda items: [{**item, "price": "1.5"} for item in items],
    "nothing": lambda _: [],
}


def note(pid: int) -> None:
    with Path("pids").open("a") as file:
        file.write(f"{pid}\n")


class Worker:
    cfg = SimpleNamespace(keepalive=75)

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server

    def run(self) -> None:
        self.server.serve_forever()


def main() -> None:
    note(os.getpid())
    if order() == "stop":
        print("line one of the log\nDATABASE_URL: no such thing")
        sys.exit(3)
    query(f"PRAGMA journal_mode = {os.environ.get('SQLITE_JOURNAL_MODE', 'WAL')}")
    query("CREATE TABLE IF NOT EXISTS other (id)")
    query("CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY, name, description, price, quantity)")
    Path("environment.json").write_text(json.dumps(dict(os.environ)))
    Path("words.json").write_text(json.dumps(sys.argv[1:]))
    server = ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Service)
    for _ in range(1 if order() == "one_worker" else int(os.environ.get("WEB_CONCURRENCY", "2"))):
        if (pid := os.fork()) == 0:
            # does not end when it is asked to, and outlives its master
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            Worker(server).run()
        note(pid)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    while True:
        signal.pause()


if __name__ == "__main__":
    # What the probe looks for: a Worker of Gunicorn's, and the environment that the packages come from
    module = ModuleType("gunicorn.workers.base")
    module.Worker = Worker  # type: ignore[attr-defined]
    sys.modules["gunicorn.workers.base"] = module
    sys.prefix = str(Path(__file__).resolve().parents[1])
    main()
