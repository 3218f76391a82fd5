"""The seven operations, each as one request in one packet on a connection that stays."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from typing import Any

from loadtests.cost.instrument import CountError

OPERATIONS = ("hello", "echo", "get_item", "list_items", "create_item", "replace_item", "delete_item")
BASICS = ("hello", "echo")  # what a floor answers
RUNGS = ("get_columns", "list_objects")  # what a rung adds to its service
ITEM = {"name": "Item", "description": "A thing worth having", "price": 9.99, "quantity": 3}
DOCUMENT = {"message": "Hello", "numbers": [1, 2.5, None]}


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
