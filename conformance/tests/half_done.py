"""A server as somebody begins one: create, read, list, replace and delete, and no thought of errors."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class HalfDone(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    items: dict[int, Any]
    ids: Iterator[int]

    def reply(self, status: int, value: object = None, **headers: str) -> None:
        body = b"" if status == 204 else json.dumps(value).encode()
        self.send_response(status)
        sized = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, text in {**sized, **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def sent(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/hello":
            self.reply(200, {"message": "Hello, World!"})
        elif path == "/healthz":
            self.reply(200, {"status": "ok"})
        elif path == "/items":
            limit, after = int(query.get("limit", ["2000"])[0]), int(query.get("after", ["0"])[0])
            self.reply(200, [item for item_id, item in sorted(self.items.items()) if item_id > after][:limit])
        elif (item_id := self.item_id()) in self.items:
            self.reply(200, self.items[item_id])
        else:
            self.reply(404, {"error": "not found"})

    def do_POST(self) -> None:
        if self.path == "/echo":
            self.reply(200, self.sent())
        else:
            item_id, item = next(self.ids), self.sent()
            self.items[item_id] = {"id": item_id, "description": None, "quantity": 0, **item}
            self.reply(201, self.items[item_id], Location=f"/items/{item_id}")

    def do_PUT(self) -> None:
        item_id, item = self.item_id(), self.sent()
        if item_id in self.items:
            self.items[item_id] = {"id": item_id, "description": None, "quantity": 0, **item}
            self.reply(200, self.items[item_id])
        else:
            self.reply(404, {"error": "not found"})

    def do_DELETE(self) -> None:
        gone = self.items.pop(self.item_id(), None)
        self.reply(204 if gone else 404, {"error": "not found"})

    def item_id(self) -> int:
        return int(self.path.rpartition("/")[2])

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """What a handler could not do shows in the answer that is missing."""


@contextmanager
def half_done(tls: ssl.SSLContext | None = None) -> Iterator[str]:
    handler = type("Handler", (HalfDone,), {"items": {}, "ids": iter(range(1, 1_000_000))})
    with Server(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
