"""openapi.yaml, as a library that is none of the services' reads it: what each answer must look like."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.responses.exceptions import ResponseNotFound
from openapi_core.testing import MockRequest, MockResponse
from openapi_schema_validator import OAS31Validator

from harness.wire import Answer, Request

CONTRACT = Path(__file__).parents[1] / "openapi.yaml"
HOST = "http://127.0.0.1:8000"  # the contract's server
# RFC 9110's phrases: http.HTTPStatus has those of 413 and 422 only from Python 3.13 on
PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}
METHODS = ("get", "post", "put", "patch", "delete")


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())
    return loaded


def edition() -> str:
    found: str = document()["info"]["version"]
    return found


@cache
def paths() -> dict[str, Any]:
    found: dict[str, Any] = document()["paths"]
    return found


def operations(path: str) -> dict[str, Any]:
    """By method in lower case; none for an unknown path."""
    return {method: declared for method, declared in paths().get(path, {}).items() if method in METHODS}


@cache
def _openapi() -> OpenAPI:
    deserializers: dict[str, Callable[[bytes], Any]] = {
        "application/problem+json": json.loads
    }  # the library knows application/json alone
    return OpenAPI.from_dict(document(), Config(extra_media_type_deserializers=deserializers))


@cache
def _schema(name: str) -> OAS31Validator:
    return OAS31Validator({"$ref": f"#/components/schemas/{name}", "components": document()["components"]})


def phrase(status: int) -> str:
    return PHRASES.get(status) or HTTPStatus(status).phrase


def complaints(request: Request, answer: Answer) -> Iterator[str]:
    """What in the answer is not as the contract declares it. An undeclared error is a problem, too."""
    if request.method == "HEAD":
        return  # there is no body to look at
    target = request.target.partition("?")[0]
    path = "/" + "/".join(filter(None, target.split("/")))  # a slash too many may be another name of the path
    asked = MockRequest(HOST, request.method, path)
    given = MockResponse(answer.body, answer.status, dict(answer.headers), answer.media_type)
    try:
        _openapi().validate_response(asked, given)
    except (PathError, ResponseNotFound):
        if answer.status >= 400:
            yield from _problem_complaints(answer)
    except OpenAPIError as error:
        yield f"not as the contract declares it: {error}: {error.__cause__ or ''}"


def _problem_complaints(answer: Answer) -> Iterator[str]:
    schema = "InvalidProblem" if answer.status == 422 else "Problem"
    try:
        errors = list(_schema(schema).iter_errors(answer.json()))
    except ValueError as error:
        yield f"no JSON: {error}"
    else:
        yield from (f"no problem of RFC 9457: {error.message}" for error in errors)
