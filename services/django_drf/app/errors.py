"""Every error as application/problem+json (RFC 9457)."""

import logging
import sqlite3
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from rest_framework import views
from rest_framework.exceptions import (
    APIException,
    MethodNotAllowed,
    ParseError,
    UnsupportedMediaType,
    ValidationError,
)
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.settings import api_settings

PROBLEM = "application/problem+json"
# What SQLite refuses for reasons that are not in the SQL.
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

logger = logging.getLogger(__name__)


class ContentTooLarge(APIException):
    status_code = 413
    default_detail = "The body is larger than 1 MiB."


class ServiceUnavailable(APIException):
    status_code = 503
    default_detail = "The database is not available."
    wait = 1  # seconds: the framework's Retry-After


def problem(status: int, detail: str, **members: Any) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """The framework's own handler gives the status and the headers; here the answer gets its form."""
    error = translated(error)
    response = views.exception_handler(error, context)
    if response is None:
        return None  # Django logs it and answers with server_error()
    response.content_type = PROBLEM
    if isinstance(error, ValidationError):
        location = "query" if context["request"].method in SAFE_METHODS else "body"
        errors = [{"location": location, **place} for place in places(error.detail)]
        response.status_code = 422
        response.data = problem(422, "The request is not valid.", errors=errors)
    else:
        response.data = problem(response.status_code, str(response.data["detail"]))
    return response


def translated(error: Exception) -> Exception:
    """What Django raises, and what the framework words with what was sent, as an error of this API."""
    match error:
        case MethodNotAllowed():
            return MethodNotAllowed("", "The path has no such method.")
        case UnsupportedMediaType():
            return UnsupportedMediaType("", "The body must be application/json.")
        case RequestDataTooBig():
            return ContentTooLarge()
        case UnreadablePostError():
            return ParseError("The body ended early.")
        case DatabaseError() if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF in UNAVAILABLE:
            logger.error("database: %s", error)
            connection.close()  # the next request tries anew: a file that was opened read-only stays so
            return ServiceUnavailable()
    return error


def places(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """The invalid places of a serializer's errors, by JSON Pointer (RFC 6901)."""
    if not isinstance(detail, dict):
        yield {"pointer": pointer, "detail": str(detail[0])}
        return
    for name, errors in detail.items():
        whole = name == api_settings.NON_FIELD_ERRORS_KEY and getattr(errors[0], "code", "") != "unknown"
        token = str(name).replace("~", "~0").replace("/", "~1")
        yield from places(errors, pointer if whole else f"{pointer}/{token}")


def answer(status: int, detail: str) -> JsonResponse:
    return JsonResponse(problem(status, detail), status=status, content_type=PROBLEM)


def bad_request(_request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001 - Django names it
    return answer(400, "The request is not valid.")


def permission_denied(_request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001 - Django names it
    return answer(403, "This is not permitted.")


def not_found(_request: HttpRequest, exception: Exception) -> JsonResponse:  # noqa: ARG001 - Django names it
    return answer(404, "There is no such path.")


def server_error(_request: HttpRequest) -> JsonResponse:
    return answer(500, "The service failed to answer.")
