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
from harness.service import SERVICES, LaunchError, declared, installed, services

JSON = dict[str, Any]

GENERATE = "import json; from app.main import create_app; print(json.dumps(create_app().openapi()))"
GOODBYE = {"operationId": "goodbye", "responses": {}}
PAGE = {"name": "page", "in": "query", "schema": {"type": "integer"}}
BOUND = re.compile(r" 2\d\d \S+ schema .*\b(additionalProperties|default|pattern|m(in|ax)\w+)$")
ANNOTATIONS = {"title", "description", "examples", "example", "summary"}


def generated(service: str) -> JSON:
    """The document of the application object, which the service does not need to serve."""
    command = [str(installed(service) / "bin" / "python"), "-c", GENERATE]
    done = subprocess.run(command, cwd=SERVICES / service, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LaunchError(f"{service} generates no OpenAPI document:\n{done.stderr}")
    document: JSON = json.loads(done.stdout)
    return document


def differences(contract: JSON, other: JSON) -> list[str]:
    declared, found = (dict(flat("", operations(document))) for document in (contract, other))
    silent = tuple(name for name, value in found.items() if name.endswith(" schema") and value == {})
    return [
        f"{name}: {found.get(name)}, but in the contract {declared.get(name)}"
        for name in sorted(found.keys() | declared.keys())
        if found.get(name) != declared.get(name) and not name.startswith(silent)
        if name in found or not BOUND.search(name)
    ]


def flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(value, dict) or not value:
        yield name, value
        return
    for key, inner in value.items():
        yield from flat(f"{name} {key}".strip(), inner)


def operations(document: JSON) -> JSON:
    """What the document says of each, in words that are the same in every document."""
    return {
        f"{method.upper()} {path}": {
            "operationId": operation["operationId"],
            **{
                f"{parameter['in']} {parameter['name']}": described(parameter, document)
                for parameter in [*shared.get("parameters", []), *operation.get("parameters", [])]
            },
            "body": described(operation["requestBody"], document) if "requestBody" in operation else None,
            **{
                status: described(response, document)
                for status, response in operation["responses"].items()
                if not of_fastapi(response)
            },
        }
        for path, shared in document["paths"].items()
        for method, operation in shared.items()
        if method != "parameters"
    }


def described(part: JSON, document: JSON) -> JSON:
    """A parameter, a body or a response."""
    part = resolved(part, document)
    schema = {"schema": plain(part["schema"], document)} if "schema" in part else {}
    content = part.get("content", {})
    schemas = {name: {"schema": plain(media.get("schema", {}), document)} for name, media in content.items()}
    return {"required": part.get("required", False), **schema, **schemas}


def of_fastapi(response: JSON) -> bool:
    """The 422 that FastAPI gives every operation with a parameter, and that no service can switch off."""
    return "/HTTPValidationError" in json.dumps(response)


def resolved(node: JSON, document: JSON) -> JSON:
    names = node.get("$ref", "").split("/")[1:]
    return reduce(lambda found, name: found[name], names, document) if names else node


def plain(schema: Any, document: JSON) -> Any:
    """The schema's constraints, in one of the ways in which they can be written."""
    schema = resolved(schema, document)
    match schema.get("anyOf"):  # with null it is the other one, of which the type has null too
        case [other, {"type": "null"}]:
            other = resolved(other, document)
            schema = {**schema, **other, "anyOf": None, "type": [other["type"], "null"]}
    if isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        return {}  # a map of any members, as of a `dict`, says nothing of them
    kept = {key: value for key, value in schema.items() if key not in ANNOTATIONS and value not in (None, {})}
    if "items" in kept:
        kept["items"] = plain(kept["items"], document)
    if "properties" in kept:
        kept["properties"] = {name: plain(member, document) for name, member in kept["properties"].items()}
    if "pattern" in kept:
        kept["pattern"] = kept["pattern"].replace(r"\u00", r"\x")
    return {
        key: sorted(value) if key in ("required", "type") and isinstance(value, list) else value
        for key, value in kept.items()
    }


def test_what_is_generated_is_the_contract() -> None:
    generating = [service for service in services() if declared(service).framework == "fastapi"]
    assert generating
    for service in generating:
        found = differences(contract.document(), generated(service))
        assert not found, "\n".join([service, *found])


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (
            "paths /items post responses 413",
            None,
            "POST /items 413 required: None, but in the contract False",
        ),
        ("paths /healthz", None, "GET /healthz operationId: None"),
        ("paths /hello delete", GOODBYE, "DELETE /hello operationId: goodbye"),
        ("components schemas Name maxLength", None, "json schema properties name maxLength: None"),
        ("paths /hello get parameters", [PAGE], "GET /hello query page schema type: integer"),
        ("components requestBodies Item required", False, "PUT /items/{item_id} body required: False"),
        ("components schemas Quantity default", 1, "quantity default: 1, but in the contract 0"),
    ],
)
def test_a_drift_is_seen(place: str, value: Any, told: str) -> None:
    drifted = copy.deepcopy(contract.document())
    *parents, name = place.split(" ")
    node = reduce(lambda found, parent: found[parent], parents, drifted)
    node[name] = value
    if value is None:
        del node[name]
    assert told in "\n".join(differences(contract.document(), drifted))
