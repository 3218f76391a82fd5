"""The items API in Starlette and the standard library's sqlite3: `uvicorn server:app`."""

import json
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

BODY_MAX = 2**20  # bytes
ID_MAX = 2**53 - 1
JSON_TYPE = re.compile(r'application/json[ \t]*(;[ \t]*(charset=("utf-8"|utf-8)[ \t]*)?)?', re.IGNORECASE)
NO_STORE = {"Cache-Control": "no-store"}
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}  # RFC 9110's; Python 3.11 has older ones
NO_ITEM = "No item has this id."

TABLE = """
CREATE TABLE IF NOT EXISTS items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL, description TEXT, price REAL NOT NULL, quantity INTEGER NOT NULL
) STRICT
"""
LIST = "SELECT id, name, description, price, quantity FROM items WHERE id > ? ORDER BY id LIMIT ?"
GET = "SELECT id, name, description, price, quantity FROM items WHERE id = ?"
CREATE = "INSERT INTO items (name, description, price, quantity) VALUES (?, ?, ?, ?) RETURNING *"
REPLACE = "UPDATE items SET name = ?, description = ?, price = ?, quantity = ? WHERE id = ? RETURNING *"
DELETE = "DELETE FROM items WHERE id = ? RETURNING id"


# -- the database: one connection, used by one thread at a time

database = sqlite3.connect(
    os.environ.get("DATABASE", "items.db"), timeout=5, isolation_level=None, check_same_thread=False
)
database.row_factory = sqlite3.Row
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
database.execute(TABLE)
lock = threading.Lock()


async def rows(statement: str, *values: Any) -> list[dict[str, Any]]:
    def run() -> list[dict[str, Any]]:
        with lock:
            return [dict(row) for row in database.execute(statement, values)]

    return await run_in_threadpool(run)


async def row(statement: str, *values: Any) -> dict[str, Any]:
    if matches := await rows(statement, *values):
        return matches[0]
    raise HTTPException(404, NO_ITEM)


# -- what is asked


class BodyFirst:
    """Uvicorn closes after an answer that needed no body: a client that still sends would lose the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        announced = int(dict(scope.get("headers", ())).get(b"content-length", 0))
        scope["body"] = None
        if scope["type"] == "http" and announced <= 16 * BODY_MAX:  # far more is not awaited
            body, size, more = b"", 0, True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return  # it ended early
                size, more = size + len(message["body"]), message["more_body"]
                body += message["body"] if size <= BODY_MAX else b""
            scope["body"] = body if size <= BODY_MAX else None
        await self.app(scope, receive, send)


class InvalidError(Exception):
    """Its arguments are places: location, pointer, detail."""


def sent(request: Request) -> Any:
    if not JSON_TYPE.fullmatch(request.headers.get("Content-Type", "")):
        raise HTTPException(415, "The body must be application/json.")
    if (body := request.scope["body"]) is None:
        raise HTTPException(413, "The body is larger than 1 MiB.")
    try:
        value = json.loads(body.decode(), parse_constant=int)  # NaN is none
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()  # no lone surrogate, no 1e400
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not valid JSON.") from None
    return value


def is_text(least: int, most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and least <= len(value) <= most and "\0" not in value


def is_number(most: int, *types: type) -> Callable[[Any], bool]:
    return lambda value: type(value) in types and 0 <= value <= most


MEMBERS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (is_text(1, 100), "Must be a text of 1 to 100 characters."),
    "description": (
        lambda value: value is None or is_text(0, 1000)(value),
        "Must be up to 1,000 characters.",
    ),
    "price": (is_number(1_000_000, int, float), "Must be a number from 0 to 1,000,000."),
    "quantity": (is_number(2**31 - 1, int), "Must be a whole number from 0 to 2,147,483,647."),
}
DEFAULTS = {"description": None, "quantity": 0}


def new_item(request: Request) -> tuple[Any, ...]:
    value = sent(request)
    if not isinstance(value, dict):
        raise InvalidError(("body", "", "Must be an object."))
    value = {**DEFAULTS, **value}
    if isinstance(number := value["quantity"], float) and number.is_integer():
        value["quantity"] = int(number)
    if errors := list(invalid_members(value)):
        raise InvalidError(*errors)
    return tuple(value[name] for name in MEMBERS)


def invalid_members(value: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, (valid, detail) in MEMBERS.items():
        if name not in value:
            yield "body", f"/{name}", "Is missing."
        elif not valid(value[name]):
            yield "body", f"/{name}", detail
    for name in value.keys() - MEMBERS.keys():
        yield "body", f"/{name.replace('~', '~0').replace('/', '~1')}", "Is not a member of an item."


def whole_number(text: str, most: int) -> int | None:
    return int(text) if re.fullmatch("[1-9][0-9]{0,15}", text) and int(text) <= most else None


def page(request: Request) -> list[int]:
    values, errors = list[int](), list[tuple[str, str, str]]()
    for name, most, missing in (("limit", 2000, 2000), ("after", ID_MAX, 0)):
        value = whole_number(request.query_params[name], most) if name in request.query_params else missing
        if value is None:
            errors.append(("query", f"/{name}", f"Must be 1 to {most}."))
        values.append(value or 0)
    if errors:
        raise InvalidError(*errors)
    return values


def item_id(request: Request) -> int:
    if number := whole_number(request.path_params["item_id"], ID_MAX):
        return number
    raise HTTPException(404, NO_ITEM)


# -- the operations


async def hello(_request: Request) -> Response:
    return JSONResponse({"message": "Hello, World!"})


async def echo(request: Request) -> Response:
    document = sent(request)
    if not isinstance(document, dict | list):
        raise InvalidError(("body", "", "Must be an object or an array."))
    return JSONResponse(document)


async def health(_request: Request) -> Response:
    await rows(LIST, 0, 1)
    return JSONResponse({"status": "ok"}, headers=NO_STORE)


class Items(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        limit, after = page(request)
        return JSONResponse(await rows(LIST, after, limit), headers=NO_STORE)

    async def post(self, request: Request) -> Response:
        item = await row(CREATE, *new_item(request))
        return JSONResponse(item, 201, {"Location": f"/items/{item['id']}", **NO_STORE})


class Item(HTTPEndpoint):
    async def get(self, request: Request) -> Response:
        return JSONResponse(await row(GET, item_id(request)), headers=NO_STORE)

    async def put(self, request: Request) -> Response:
        number, members = item_id(request), new_item(request)
        return JSONResponse(await row(REPLACE, *members, number), headers=NO_STORE)

    async def delete(self, request: Request) -> Response:
        await row(DELETE, item_id(request))
        return Response(status_code=204, headers=NO_STORE)


def problem(status: int, detail: str, headers: Any = None, **more: Any) -> Response:
    title = TITLES.get(status, HTTPStatus(status).phrase)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, {**(headers or {}), **NO_STORE}, "application/problem+json")


async def refused(_request: Request, error: Any) -> Response:
    headers = dict(error.headers or {})
    if "GET" in headers.get("Allow", ""):
        headers["Allow"] = ", ".join({*headers["Allow"].split(", "), "HEAD"})
    return problem(error.status_code, error.detail, headers)


async def invalid(_request: Request, error: Any) -> Response:
    errors = [dict(zip(("location", "pointer", "detail"), place, strict=True)) for place in error.args]
    return problem(422, "The request is not valid.", errors=errors)


app = Starlette(
    routes=[
        Route("/hello", hello),
        Route("/echo", echo, methods=["POST"]),
        Route("/healthz", health),
        Route("/items", Items),
        Route("/items/{item_id}", Item),
    ],
    exception_handlers={
        HTTPException: refused,
        InvalidError: invalid,
        sqlite3.OperationalError: lambda *_: problem(503, "The database is busy.", {"Retry-After": "1"}),
        Exception: lambda *_: problem(500, "The service failed to answer."),
    },
    middleware=[Middleware(BodyFirst)],
)
