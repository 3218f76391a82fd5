"""Every error as application/problem+json (RFC 9457)."""

from typing import Any

import orjson
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.utils.log import log_response
from rest_framework.exceptions import APIException, MethodNotAllowed, ValidationError

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


class InvalidError(APIException):
    """A request that does not satisfy its schema: what is wrong, by JSON Pointer into the location."""

    status_code = 422
    default_detail = "The request is not valid."

    def __init__(self, location: str, details: dict[str, str]) -> None:
        super().__init__()
        self.location, self.details = location, details


def details(error: ValidationError) -> dict[str, str]:
    found: Any = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
    # an unknown member's name is the client's word: its pointer stops at the whole body
    return {"" if name == "non_field_errors" else f"/{name}": str(said[0]) for name, said in found.items()}


def problem(status: int, detail: str, **members: Any) -> HttpResponse:
    body = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": detail, **members}
    return HttpResponse(orjson.dumps(body), "application/problem+json", status, TITLES[status])


def invalid(error: InvalidError) -> HttpResponse:
    errors = [{"location": error.location, "pointer": p, "detail": d} for p, d in error.details.items()]
    return problem(422, str(error.detail), errors=errors)


def method_not_allowed(allowed: list[str]) -> HttpResponse:
    response = problem(405, "The path has no such method.")
    response.headers["Allow"] = ", ".join(allowed)
    return response


def unavailable(error: DatabaseError) -> HttpResponse:
    connection.close()
    response = problem(503, "The database does not answer.")
    response.headers["Retry-After"] = "1"
    log_response("database: %s", error, response=response)
    return response


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Django REST framework's exception handler."""
    match error:
        case InvalidError():
            return invalid(error)
        case MethodNotAllowed():
            return method_not_allowed(context["view"].allowed_methods)
        case ObjectDoesNotExist():
            return problem(404, "No item has this id.")
        case APIException():
            return problem(error.status_code, str(error.detail))
        case DatabaseError():
            return unavailable(error)
    return None  # Django logs it and answers with server_error()


def bad_request(_request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    return problem(400, "The request is not valid.")


def not_found(_request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    return problem(404, "There is no such path.")


def server_error(_request: HttpRequest) -> HttpResponse:
    return problem(500, "The service failed to answer.")
