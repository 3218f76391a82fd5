"""openapi.yaml, and whether an answer is as it declares it."""

import re
from collections.abc import Iterator
from functools import cache, reduce
from http.client import responses
from operator import getitem
from pathlib import Path
from typing import Any

import yaml
from openapi_schema_validator import OAS31Validator

from harness.wire import Answer, Request

CONTRACT = Path(__file__).parents[1] / "openapi.yaml"
# RFC 9110's: Python has those of 413 and 422 only from 3.13 on
PHRASES = {**responses, 413: "Content Too Large", 422: "Unprocessable Content"}
METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = "application/problem+json"


@cache
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(CONTRACT.read_text())
    return loaded


def edition() -> str:
    return str(document()["info"]["version"])


@cache
def declared(path: str, method: str, status: int) -> Any:
    """The response, with a validator in the place of each schema; an undeclared error is a problem, too."""
    operation = document()["paths"].get(path, {}).get(method, {}) if method in METHODS else {}
    response = _resolved(operation.get("responses", {}).get(str(status), {}))
    if not response and status >= 400:
        schema = "InvalidProblem" if status == 422 else "Problem"
        response = {"content": {PROBLEM: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}
    headers = {name: _resolved(header) for name, header in response.get("headers", {}).items()}
    return {
        "headers": {name: _validator(header) for name, header in headers.items() if header["required"]},
        "content": {name: _validator(media) for name, media in response.get("content", {}).items()},
    }


def _resolved(node: Any) -> Any:
    if "$ref" not in node:
        return node
    return reduce(getitem, node["$ref"].split("/")[1:], document())


def _validator(described: dict[str, Any]) -> OAS31Validator:
    return OAS31Validator({**described["schema"], "components": document()["components"]})


def complaints(request: Request, answer: Answer) -> Iterator[str]:
    """What in the answer is not as the contract declares it."""
    if request.method == "HEAD":
        return  # there is no body to look at
    target = request.target.partition("?")[0]
    path = "/" + "/".join(filter(None, target.split("/")))  # a slash too many may be another name of the path
    path = re.sub("^/items/[^/]+$", "/items/{item_id}", path)
    response = declared(path, request.method.lower(), answer.status)
    for name, validator in response["headers"].items():
        text = answer.header(name)
        if text is None:
            yield f"{name} is missing"
            continue
        value = int(text) if text and validator.schema.get("type") == "integer" and text.isdecimal() else text
        yield from (f"{name}: {error.message}" for error in validator.iter_errors(value))
    if not response["content"]:
        return
    if answer.media_type not in response["content"]:
        yield f"the media type is {answer.header('Content-Type')}, not {' or '.join(response['content'])}"
        return
    try:
        value = answer.json()
    except RecursionError:
        return  # deeper than Python reads: an echo may be, and all else is compared besides
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    errors = response["content"][answer.media_type].iter_errors(value)
    yield from (f"not as the contract declares it: {error.json_path}: {error.message}" for error in errors)
