"""Every error as application/problem+json (RFC 9457)."""

import logging
import sqlite3
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from .db import close_idle

# RFC 9110's phrases; HTTPStatus has these two only from Python 3.13 on.
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
MEDIA_TYPE = "application/problem+json"
NO_ITEM = "No item has this id."
# What the database refuses for reasons of its own. Anything else is a mistake in this service, and a 500.
REASONS = ["BUSY", "CANTOPEN", "CORRUPT", "FULL", "IOERR", "LOCKED", "NOTADB", "PERM", "PROTOCOL", "READONLY"]
UNAVAILABLE = {getattr(sqlite3, f"SQLITE_{reason}") for reason in REASONS}

logger = logging.getLogger(__name__)


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the `responses` of an operation."""
    return {s: {"description": HTTPStatus(s).phrase, "content": {MEDIA_TYPE: {}}} for s in statuses}


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object) -> Response:
    title = TITLES.get(status, HTTPStatus(status).phrase)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(body, status, {**(headers or {}), "Cache-Control": "no-store"}, MEDIA_TYPE)


# Handlers are coroutines even where they wait for nothing: a plain function would run in a thread.


async def http_error(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(sorted(methods(request)))
    return problem(error.status_code, str(error.detail), headers)


def methods(request: Request) -> set[str]:
    """The methods of the path. Starlette's own Allow has only those of the first route that matches."""
    routes = iter_route_contexts(request.app.routes)
    methods = (route.methods or set() for route in routes if route.path_regex.match(request.scope["path"]))
    allowed = set[str]().union(*methods)
    return allowed | {"HEAD"} if "GET" in allowed else allowed


async def invalid(_request: Request, error: RequestValidationError) -> Response:
    errors = [
        {"location": location, "pointer": pointer(path), "detail": place["msg"]}
        for place in error.errors()
        for location, *path in [place["loc"]]
        if location != "path"
    ]
    # Where there are none, it is only the id in the path, which no item has.
    return problem(422, "The request is not valid.", errors=errors) if errors else problem(404, NO_ITEM)


def pointer(path: list[str | int]) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


async def database_error(request: Request, error: sqlite3.Error) -> Response:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte, without its extension
    if code not in UNAVAILABLE:
        raise error
    if code == sqlite3.SQLITE_READONLY:  # what was opened while the file was read-only stays so
        close_idle(request.app)
    logger.error("database: %s", error)
    return problem(503, "The database is not available.", {"Retry-After": "1"})


async def fault(_request: Request, error: Exception) -> Response:
    # Starlette raises it again, but Gunicorn logs none that comes after an answer.
    logger.error("a fault", exc_info=error)
    return problem(500, "The service failed to answer.", {"Connection": "close"})


HANDLERS: dict[int | type[Exception], Any] = {
    HTTPException: http_error,
    RequestValidationError: invalid,
    sqlite3.Error: database_error,
    Exception: fault,
}
