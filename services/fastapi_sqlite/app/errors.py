"""Every error as application/problem+json (RFC 9457)."""

import logging
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Match, Route

# RFC 9110's phrases: http.HTTPStatus has those of 413 and 422 only from Python 3.13 on
TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    500: "Internal Server Error",
    503: "Service Unavailable",
}

logger = logging.getLogger("uvicorn.error")


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the `responses` of an operation."""
    return {s: {"description": TITLES[s], "content": {"application/problem+json": {}}} for s in statuses}


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **members: Any) -> Response:
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail, **members}
    return Response(orjson.dumps(body), status, headers, media_type="application/problem+json")


def _methods(request: Request) -> set[str]:
    """The methods of the path. Starlette's own Allow has only those of the first route that matches."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    found = {m for r in routes if r.matches(request.scope)[0] is not Match.NONE for m in r.methods or ()}
    return found | {"HEAD"} if "GET" in found else found


# Handlers are coroutines even where they wait for nothing: a plain function would need a thread of the pool.


async def http_error(request: Request, error: StarletteHTTPException) -> Response:
    status = error.status_code if error.status_code in TITLES else 400
    headers = {"Allow": ", ".join(sorted(_methods(request)))} if status == 405 else None
    return problem(status, error.detail, headers)


async def invalid(_request: Request, error: RequestValidationError) -> Response:
    found: dict[tuple[str, str], str] = {}
    for place in error.errors():
        location, *path = place["loc"]
        # an unknown member's name is the client's word: its pointer stops at the whole body
        pointer = "" if place["type"] == "extra_forbidden" else "".join(f"/{part}" for part in path)
        found.setdefault((location, pointer), place["msg"])
    errors = [{"location": at, "pointer": p, "detail": d} for (at, p), d in found.items()]
    return problem(422, "The request is not valid.", errors=errors)


async def unavailable(_request: Request, error: sqlite3.DatabaseError) -> Response:
    logger.error("database: %s", error)
    return problem(503, "The database does not answer.", {"Retry-After": "1"})


async def fault(_request: Request, _error: Exception) -> Response:
    # Starlette raises the exception again for the server to log, and Uvicorn then closes the connection
    return problem(500, "The service failed to answer.", {"Connection": "close"})


handlers: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    StarletteHTTPException: http_error,
    RequestValidationError: invalid,
    sqlite3.DatabaseError: unavailable,
    Exception: fault,
}
