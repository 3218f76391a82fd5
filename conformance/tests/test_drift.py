"""What FastAPI generates of a service as OpenAPI agrees with openapi.yaml.

A generated document that has no schema for an answer says nothing of it, and is not compared there. It need
not repeat the bounds of an answer's members, which are checked where they come in. Whatever it does say must
be what the contract says.
"""

import copy
import json
import re
import subprocess
from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest

from conformance import contract
from harness.service import SERVICES, declared, installed, services

JSON = dict[str, Any]

GENERATE = "import json; from app.main import create_app; print(json.dumps(create_app().openapi()))"
GOODBYE = {"operationId": "goodbye", "responses": {}}
PAGE = {"name": "page", "in": "query", "schema": {"type": "integer"}}
BOUND = re.compile(r" 2\d\d \S+ schema .*\b(additionalProperties|default|pattern|m(in|ax)\w+)$")
ANNOTATIONS = {"title", "description", "examples", "example", "summary"}
SETS = ("required", "type")  # lists whose order says nothing


def generated(service: str) -> JSON:
    """The document of the application object, which the service does not need to serve."""
    command = [str(installed(service) / "bin" / "python"), "-c", GENERATE]
    ran = subprocess.run(command, cwd=SERVICES / service, stdout=subprocess.PIPE, check=True)
    document: JSON = json.loads(ran.stdout)
    return document


def differences(contract: JSON, other: JSON) -> list[str]:
    declared, actual = dict(demands(contract)), dict(demands(other))
    silent = tuple(name for name, value in actual.items() if name.endswith(" schema") and value == {})
    return [
        f"{name}: {actual.get(name)}, but in the contract {declared.get(name)}"
        for name in sorted(actual.keys() | declared.keys())
        if actual.get(name) != declared.get(name) and not name.startswith(silent)
        if name in actual or not BOUND.search(name)
    ]


def demands(document: JSON) -> Iterator[tuple[str, Any]]:
    """What is demanded of each operation, by its place, in words that are the same in every document."""
    for path, shared in document["paths"].items():
        for method, operation in shared.items():
            if method == "parameters":
                continue
            name = f"{method.upper()} {path}"
            yield f"{name} operationId", operation["operationId"]
            parameters = [*shared.get("parameters", []), *operation.get("parameters", [])]
            parts = {f"{parameter['in']} {parameter['name']}": parameter for parameter in parameters}
            parts |= {"body": operation.get("requestBody", {}), **operation["responses"]}
            for place, part in parts.items():
                # FastAPI gives every operation with a parameter a 422, which no service can switch off.
                if "/HTTPValidationError" not in json.dumps(part):
                    yield from of_part(f"{name} {place}", resolved(part, document), document)


def of_part(name: str, part: JSON, document: JSON) -> Iterator[tuple[str, Any]]:
    """A parameter, a body or a response."""
    yield f"{name} required", part.get("required", False)
    if "schema" in part:
        yield from of_schema(f"{name} schema", part["schema"], document)
    for media_type, media in part.get("content", {}).items():
        yield from of_schema(f"{name} {media_type} schema", media.get("schema", {}), document)


def of_schema(name: str, schema: JSON, document: JSON) -> Iterator[tuple[str, Any]]:
    schema = resolved(schema, document)
    match schema.get("anyOf"):  # with null it is the other one, of which the type has null too
        case [other, {"type": "null"}]:
            other = resolved(other, document)
            schema = {**schema, **other, "anyOf": None, "type": [other["type"], "null"]}
    if isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        schema = {}  # a map of any members, as of a `dict`, says nothing of them
    kept = {key: value for key, value in schema.items() if key not in ANNOTATIONS and value not in (None, {})}
    if not kept:
        yield name, {}
    for member, inner in kept.pop("properties", {}).items():
        yield from of_schema(f"{name} properties {member}", inner, document)
    if "items" in kept:
        yield from of_schema(f"{name} items", kept.pop("items"), document)
    if "pattern" in kept:
        kept["pattern"] = kept["pattern"].replace(r"\u00", r"\x")
    for key, value in kept.items():
        yield f"{name} {key}", sorted(value) if isinstance(value, list) and key in SETS else value


def resolved(node: JSON, document: JSON) -> JSON:
    names = node.get("$ref", "").split("/")[1:]
    return reduce(lambda node, name: node[name], names, document) if names else node


def test_what_is_generated_is_the_contract() -> None:
    generating = [service for service in services() if declared(service).framework == "fastapi"]
    assert generating
    for service in generating:
        drifts = differences(contract.document(), generated(service))
        assert not drifts, "\n".join([service, *drifts])


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("paths /items post responses 413", None, "POST /items 413 required: None"),
        ("paths /healthz", None, "GET /healthz operationId: None"),
        ("paths /hello delete", GOODBYE, "DELETE /hello operationId: goodbye"),
        ("components schemas Name maxLength", None, "json schema properties name maxLength: None"),
        ("paths /hello get parameters", [PAGE], "GET /hello query page schema type: integer"),
        ("components requestBodies Item required", False, "PUT /items/{item_id} body required: False"),
        ("components schemas Quantity default", 1, "quantity default: 1, but in the contract 0"),
    ],
)
def test_a_drift_is_seen(place: str, value: Any, message: str) -> None:
    drifted = copy.deepcopy(contract.document())
    *parents, name = place.split(" ")
    node = reduce(lambda node, parent: node[parent], parents, drifted)
    node[name] = value
    if value is None:
        del node[name]
    assert message in "\n".join(differences(contract.document(), drifted))
