"""Every error as application/problem+json (RFC 9457)."""

from typing import Any

from flask import Flask, Response, current_app
from gunicorn.http.errors import ParseException
from pydantic import ValidationError
from sqlalchemy.exc import DatabaseError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from . import db

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


class InvalidError(Exception):
    """A request that does not satisfy its schema: what is wrong, by JSON Pointer into the location."""

    def __init__(self, location: str, details: dict[str, str]) -> None:
        self.location, self.details = location, details


def details(error: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for place in error.errors(include_url=False, include_context=False, include_input=False):
        # an unknown member's name is the client's word: its pointer stops at the whole body
        path = () if place["type"] == "extra_forbidden" else place["loc"]
        found.setdefault("".join(f"/{part}" for part in path), place["msg"])
    return found


def problem(status: int, detail: str, **members: Any) -> Response:
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail, **members}
    return Response(current_app.json.dumps(body), status, mimetype="application/problem+json")


def http_error(error: HTTPException) -> Response:
    status = error.code if error.code in TITLES else 400
    response = problem(status, error.description or TITLES[status])
    if isinstance(error, MethodNotAllowed):
        response.allow.update(error.valid_methods or ())
    return response


def invalid(error: InvalidError) -> Response:
    errors = [{"location": error.location, "pointer": p, "detail": d} for p, d in error.details.items()]
    return problem(422, "The request is not valid.", errors=errors)


def unreadable(_error: ParseException) -> Response:
    return problem(400, "The body is not valid HTTP.")


def unavailable(error: DatabaseError) -> Response:
    current_app.logger.error("database: %s", error.orig)
    if not db.busy(error.orig):
        db.close()
    response = problem(503, "The database does not answer.")
    response.headers["Retry-After"] = "1"
    return response


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(InvalidError, invalid)
    app.register_error_handler(ParseException, unreadable)
    app.register_error_handler(DatabaseError, unavailable)
