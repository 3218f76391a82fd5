"""Every error as application/problem+json (RFC 9457)."""

import sqlite3
from http import HTTPStatus

from flask import Flask, current_app
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, ServiceUnavailable, UnprocessableEntity
from werkzeug.wrappers import Response

# What the database refuses for reasons of its own. Anything else is a mistake in this service, and a 500.
UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}


class Invalid(UnprocessableEntity):
    """A request that does not satisfy its schema: what is wrong, by JSON Pointer into the location."""

    description = "The request is not valid."

    def __init__(self, location: str, details: dict[str, str]) -> None:
        super().__init__()
        self.errors = [
            {"location": location, "pointer": pointer, "detail": detail}
            for pointer, detail in details.items()
        ]

    @classmethod
    def from_pydantic(cls, location: str, error: ValidationError) -> "Invalid":
        return cls(location, {json_pointer(e["loc"]): e["msg"] for e in error.errors(include_url=False)})


def json_pointer(path: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def http_error(error: HTTPException) -> Response:
    response = error.get_response()  # the status and the headers of the error
    status = response.status_code
    problem: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.description,
    }
    if isinstance(error, Invalid):
        problem["errors"] = error.errors
    response.data = current_app.json.dumps(problem)
    response.content_type = "application/problem+json"
    return response


def database_error(error: sqlite3.DatabaseError) -> Response:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # without its extension
    if code not in UNAVAILABLE:
        raise error
    current_app.logger.error("database: %s", error)
    return http_error(ServiceUnavailable("The database is not available.", retry_after=1))


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(sqlite3.DatabaseError, database_error)
