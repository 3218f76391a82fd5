"""The steps before an operation, in the order of the contract. Each is small, for a fault to override."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, unquote

from .reader import NotJSONError, Reader
from .replies import RefusedError, Replies
from .schema import InvalidError, Schema
from .server import Request, Response, TruncatedError

JSON_TYPE = r'application/json[ \t]*(;[ \t]*charset=("utf-8"|utf-8)[ \t]*)?'


@dataclass
class Call:
    request: Request
    methods: dict[str, str] = field(default_factory=dict)
    item_id: int = 0
    operation: str = ""
    data: bytes = b""
    document: Any = None
    values: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def path(self) -> str:
        return unquote(self.request.target.partition("?")[0])

    @property
    def takes_body(self) -> bool:
        return self.operation in {"echo", "create_item", "replace_item"}


Paths = dict[str, dict[str, str]]

ITEM = r"/items/([1-9][0-9]*)"
PATHS: Paths = {
    r"/hello": {"GET": "hello"},
    r"/echo": {"POST": "echo"},
    r"/items/?": {"GET": "list_items", "POST": "create_item"},
    ITEM: {"GET": "get_item", "PUT": "replace_item", "DELETE": "delete_item"},
    r"/healthz": {"GET": "health"},
}


class Steps(Replies):
    steps = ("find_path", "find_operation", "check_media_type", "check_size", "parse", "validate")
    body_max = 2**20
    item_id_max = 2**53 - 1
    after_max = 2**53 - 1
    limit_max = 1000
    schema = Schema()
    reader = Reader()

    def perform(self, request: Request) -> Response:
        call = Call(request)
        for step in self.steps:
            getattr(self, step)(call)
        response: Response = getattr(self, call.operation)(call)
        return response

    # the steps, in the order of the contract

    def find_path(self, call: Call) -> None:
        for pattern, methods in self.paths().items():
            if found := re.fullmatch(pattern, call.path):
                call.item_id = int(found[1]) if found.lastindex else 0
                call.methods = methods | ({"HEAD": methods["GET"]} if "GET" in methods else {})
        if not call.methods or call.item_id > self.item_id_max:
            raise RefusedError(404, "No such path.")

    def find_operation(self, call: Call) -> None:
        if call.request.method not in call.methods:
            raise RefusedError(405, "The path has no such method.", {"Allow": self.allow(call)})
        call.operation = call.methods[call.request.method]

    def check_media_type(self, call: Call) -> None:
        if call.takes_body and not self.is_json(call.request.headers.get("Content-Type", "")):
            raise RefusedError(415, "The body must be application/json.")

    def check_size(self, call: Call) -> None:
        if call.takes_body:
            if call.request.length > self.body_max:
                raise RefusedError(413, "The body is larger than 1 MiB.")
            call.data = self.read(call)

    def read(self, call: Call) -> bytes:
        data = b""
        for piece in self.received(call):
            data += piece
            if len(data) > self.body_max:
                raise RefusedError(413, "The body is larger than 1 MiB.")
        return data

    def received(self, call: Call) -> Iterator[bytes]:
        try:
            yield from call.request.pieces
        except TruncatedError:
            raise RefusedError(400, "The body ended early.") from None

    def parse(self, call: Call) -> None:
        if call.takes_body:
            try:
                call.document = self.reader.read(call.data)
                if call.operation == "echo":
                    self.dump(call.document)  # refuses infinity, which has no JSON
            except NotJSONError:
                raise RefusedError(400, "The body is not valid JSON.") from None
            except ValueError:
                raise RefusedError(400, "The body has a number that is too large.") from None

    def validate(self, call: Call) -> None:
        try:
            if call.operation == "echo":
                self.schema.document(call.document)
            elif call.takes_body:
                call.values = self.schema.item(call.document)
            elif call.operation == "list_items":
                call.values = self.page(call)
        except InvalidError as invalid:
            raise self.invalid(invalid, "body" if call.takes_body else "query") from None

    # what the steps are made of

    def paths(self) -> Paths:
        return PATHS

    def is_json(self, media_type: str) -> bool:
        return bool(re.fullmatch(JSON_TYPE, media_type, re.IGNORECASE))

    def allow(self, call: Call) -> str:
        return ", ".join(call.methods)

    def page(self, call: Call) -> dict[str, Any]:
        query = self.query(call)
        return self.schema.members(
            {
                "limit": lambda: self.decimal(query, "limit", self.limit_max),
                "after": lambda: self.decimal(query, "after", self.after_max),
            }
        )

    def decimal(self, query: dict[str, str], name: str, most: int) -> int | None:
        return self.schema.decimal(query[name], 1, most) if name in query else None

    def query(self, call: Call) -> dict[str, str]:
        return dict(parse_qsl(call.request.target.partition("?")[2], keep_blank_values=True))
