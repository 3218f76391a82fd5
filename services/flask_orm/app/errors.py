"""Every error as application/problem+json (RFC 9457)."""

import sqlite3
from http import HTTPStatus

from flask import Flask, current_app
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, ServiceUnavailable, UnprocessableEntity
from werkzeug.wrappers import Response

from .models import db

# RFC 9110's phrases; HTTPStatus has these two only from Python 3.13 on.
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
# What the database refuses for reasons of its own. Anything else is a mistake in this service, and a 500.
SQLSTATES = ("08", "53", "55P03", "57014", "57P0", "40001", "40P01", "25006")
REASONS = ["BUSY", "CANTOPEN", "CORRUPT", "FULL", "IOERR", "LOCKED", "NOTADB", "PERM", "PROTOCOL", "READONLY"]
UNAVAILABLE = {getattr(sqlite3, f"SQLITE_{reason}") for reason in REASONS}


class Invalid(UnprocessableEntity):
    """What is wrong, by JSON Pointer into the body or the query."""

    def __init__(self, location: str, details: dict[str, str]) -> None:
        super().__init__("The request is not valid.")
        self.errors = [{"location": location, "pointer": p, "detail": d} for p, d in details.items()]


def http_error(error: HTTPException) -> Response:
    response = error.get_response()  # with the status and the headers of the error
    status = response.status_code
    title = TITLES.get(status, HTTPStatus(status).phrase)
    problem = {"type": "about:blank", "title": title, "status": status, "detail": error.description}
    if isinstance(error, Invalid):
        problem["errors"] = error.errors
    response.data = current_app.json.dumps(problem)
    response.content_type = "application/problem+json"
    return response


def database_error(error: exc.DBAPIError | exc.TimeoutError) -> Response:
    cause = getattr(error, "orig", error)
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the low byte, without its extension
    sqlstate = getattr(cause, "sqlstate", None if cause is error else "")  # a TimeoutError is the pool's own
    if sqlstate is None and type(error) in (exc.DatabaseError, exc.OperationalError, exc.TimeoutError):
        sqlstate = "08000"  # PostgreSQL itself said nothing: the pool had no connection, or one was lost
    if code not in UNAVAILABLE and not str(sqlstate).startswith(SQLSTATES):
        raise error
    if code not in (0, sqlite3.SQLITE_BUSY):
        db.engine.dispose()  # a connection that was opened while the file was read-only stays read-only
    current_app.logger.error("database: %s", cause)
    return http_error(ServiceUnavailable("The database is not available.", retry_after=1))


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(exc.DBAPIError, database_error)
    app.register_error_handler(exc.TimeoutError, database_error)
