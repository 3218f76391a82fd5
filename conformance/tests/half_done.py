"""A server as somebody begins one: create, read, list, replace and delete, and no thought of errors."""

import json
from typing import Any
from urllib.parse import parse_qsl

from conformance.reference.service import Reference
from harness.wire import Answer, Request


class HalfDone(Reference):
    """Where it raises an exception, the connection is closed without an answer."""

    body_max = 2**40

    def answer(self, request: Request) -> Answer:
        path, _, query = request.target.partition("?")
        match request.method, path.split("/")[1:]:
            case "GET", ["hello"]:
                return self.reply(200, {"message": "Hello, World!"})
            case "GET", ["healthz"]:
                return self.reply(200, {"status": "ok"})
            case "POST", ["echo"]:
                return self.reply(200, json.loads(request.body))
            case "GET", ["items"]:
                asked = dict(parse_qsl(query))
                return self.reply(200, self.page(int(asked.get("after", 0)), int(asked.get("limit", 2000))))
            case "POST", ["items"]:
                item_id = self.last_id = self.next_id()
                return self.reply(201, self.kept(item_id, request), {"location": f"/items/{item_id}"})
            case "GET", ["items", text] if int(text) in self.items:
                return self.reply(200, self.items[int(text)])
            case "PUT", ["items", text] if int(text) in self.items:
                return self.reply(200, self.kept(int(text), request))
            case "DELETE", ["items", text] if self.items.pop(int(text), None):
                return self.reply(204)
        return self.reply(404, {"error": "not found"})

    def kept(self, item_id: int, request: Request) -> dict[str, Any]:
        item = {"id": item_id, "description": None, "quantity": 0, **json.loads(request.body)}
        self.items[item_id] = item
        return item

    def reply(self, status: int, value: Any = None, headers: dict[str, str] | None = None) -> Answer:
        body = b"" if status == 204 else json.dumps(value).encode()
        sized = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
        return Answer(status, tuple(sized.items()), body)
