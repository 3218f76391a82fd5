"""A service that keeps its items in the database it is given, and misbehaves when `order` says so."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ORDER = Path("order").read_text() if Path("order").exists() else ""
DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
MEMBERS = ("id", "name", "description", "price", "quantity")
SELECT = "SELECT id, name, description, price, quantity FROM things"


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self.answer(503 if ORDER == "mute" else 200, {"status": "ok"})
        elif self.path == "/hello":
            self.answer(200, {"message": "Goodbye" if ORDER == "wrong" else "Hello, World!"})
        elif self.path == "/items":
            self.answer(200, self.items(f"{SELECT} ORDER BY id"))
        else:
            self.answer(200, self.items(f"{SELECT} WHERE id = ?", self.item_id)[0])

    def do_POST(self) -> None:
        sent = self.sent()
        if self.path == "/echo":
            return self.answer(200, sent)
        values = tuple(sent[member] for member in MEMBERS[1:])
        insert = "INSERT INTO things (name, description, price, quantity) VALUES (?, ?, ?, ?) RETURNING id"
        with sqlite3.connect(DATABASE) as database:
            [(new,)] = database.execute(insert, values).fetchall()
        database.close()
        return self.answer(201, {"id": new, **sent})

    def do_PUT(self) -> None:
        sent = self.sent()
        self.answer(200, {"id": self.item_id, **sent})

    def do_DELETE(self) -> None:
        with sqlite3.connect(DATABASE) as database:
            gone = database.execute("DELETE FROM things WHERE id = ?", (self.item_id,)).rowcount
        database.close()
        self.answer(204 if gone else 404, None)

    @property
    def item_id(self) -> int:
        return int(self.path.rpartition("/")[2])

    def items(self, query: str, *values: int) -> list[dict[str, Any]]:
        with sqlite3.connect(DATABASE) as database:
            found = [dict(zip(MEMBERS, row, strict=True)) for row in database.execute(query, values)]
        database.close()
        return found

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


def note(pid: int) -> None:
    with Path("pids").open("a") as file:
        file.write(f"{pid}\n")


def main() -> None:
    note(os.getpid())
    if ORDER == "stop":
        print("line one of the log\nDATABASE_URL: no such thing")
        sys.exit(3)
    with sqlite3.connect(DATABASE) as database:
        columns = "id INTEGER PRIMARY KEY, name, description, price, quantity"
        database.executescript(
            f"PRAGMA journal_mode = WAL; CREATE TABLE things ({columns}); CREATE TABLE other (id)"
        )
    database.close()
    # A worker that does not end when it is asked to, and outlives its master
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
    note(subprocess.Popen([sys.executable, "-c", deaf]).pid)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    Path("environment.json").write_text(json.dumps(dict(os.environ)))
    ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Service).serve_forever()


if __name__ == "__main__":
    main()
