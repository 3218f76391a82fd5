"""Every error as application/problem+json (RFC 9457)."""

import logging
from collections.abc import Iterator
from http import HTTPStatus
from sqlite3 import SQLITE_ERROR
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, OperationalError, connection
from django.http import HttpRequest, JsonResponse
from rest_framework import views
from rest_framework.exceptions import APIException, UnsupportedMediaType, ValidationError
from rest_framework.response import Response

# What PostgreSQL refuses for reasons of its own.
SQLSTATES = ("08", "53", "55P03", "57014", "57P0", "40001", "40P01", "25006")


class ServiceUnavailable(APIException):
    status_code = 503
    default_detail = "The database is not available."
    wait = 1  # seconds: the framework makes a Retry-After of it


def problem(status: int, detail: str, **members: Any) -> dict[str, Any]:
    # RFC 9110's phrases, which Python has from 3.13 on
    title = {413: "Content Too Large", 422: "Unprocessable Content"}.get(status) or HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The framework's own handler gives the status and the headers; here the answer gets its form."""
    match error:
        case RequestDataTooBig():
            error = APIException("The body is larger than 1 MiB.")
            error.status_code = 413
        case UnsupportedMediaType():  # its own words repeat the type
            error = UnsupportedMediaType("", "The body must be application/json.")
        case DatabaseError() if is_unavailable(error):
            logging.getLogger(__name__).error("database: %s", error)
            connection.close()  # the next request tries anew: what was opened read-only stays so
            error = ServiceUnavailable()
    response = views.exception_handler(error, context)
    if response is None:
        return None  # Django logs it, and answers with handler500
    response.content_type = "application/problem+json"
    if isinstance(error, ValidationError):
        location = "query" if context["request"].method in ("GET", "HEAD") else "body"
        errors = [{"location": location, **place} for place in places(error.detail)]
        response.status_code = 422
        response.data = problem(422, "The request is not valid.", errors=errors)
    else:
        response.data = problem(response.status_code, str(response.data["detail"]))
    return response


def is_unavailable(error: DatabaseError) -> bool:
    """Whether the database refuses for a reason of its own. A mistake in the SQL is SQLITE_ERROR."""
    # Where PostgreSQL said nothing, the state is None: its library raises these two of a lost connection.
    silent = "08000" if type(error) in (DatabaseError, OperationalError) else ""
    if (sqlstate := getattr(error.__cause__, "sqlstate", "")) != "":
        return bool((sqlstate or silent).startswith(SQLSTATES))
    code = getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF
    return bool(silent) and code not in (0, SQLITE_ERROR)


def places(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """The invalid places in the errors of a serializer, by JSON Pointer (RFC 6901)."""
    if not isinstance(detail, dict):
        yield {"pointer": pointer, "detail": str(detail[0])}
        return
    for name, errors in detail.items():
        unknown = isinstance(errors, list) and errors[0].code == "unknown"
        token = str(name).replace("~", "~0").replace("/", "~1")
        whole = name == "non_field_errors" and not unknown
        yield from places(errors, pointer if whole else f"{pointer}/{token}")


def answer(status: int, detail: str, _request: HttpRequest, exception: Any = None) -> JsonResponse:  # noqa: ARG001
    """Django's handlers, for what reaches no view of the framework, are this with a status and a detail."""
    return JsonResponse(problem(status, detail), status=status, content_type="application/problem+json")
