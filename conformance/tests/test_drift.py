"""What FastAPI generates of a service as OpenAPI agrees with openapi.yaml.

A generated document that has no schema for an answer says nothing of it, and is not compared there; whatever
it does say must be what the contract says.
"""

import copy
import json
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conformance import contract
from harness.service import SERVICES, LaunchError, declared, installed, services

JSON = dict[str, Any]

GENERATE = "import json; from app.main import create_app; print(json.dumps(create_app().openapi()))"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
ANNOTATIONS = {"title", "description", "examples", "example", "summary"}


def generates(service: str) -> bool:
    return declared(service).framework == "fastapi"


def generated(service: str) -> JSON:
    """The document of the application object, which the service does not need to serve."""
    done = subprocess.run(
        [installed(service) / "bin" / "python", "-c", GENERATE],
        cwd=SERVICES / service,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LaunchError(f"{service} generates no OpenAPI document:\n{done.stderr}")
    document: JSON = json.loads(done.stdout)
    return document


def differences(contract: JSON, other: JSON) -> list[str]:
    declared, found = dict(facts(contract)), dict(facts(other))
    silent = tuple(name for name, value in found.items() if name.endswith(" schema") and value == {})
    declared = {name: value for name, value in declared.items() if not name.startswith(silent)}
    found = {name: value for name, value in found.items() if not name.startswith(silent)}
    lines = [f"not in the contract: {name}" for name in found.keys() - declared.keys()]
    lines += [f"only in the contract: {name}" for name in declared.keys() - found.keys()]
    lines += [
        f"{name}: {json.dumps(found[name])}, but in the contract {json.dumps(declared[name])}"
        for name in found.keys() & declared.keys()
        if found[name] != declared[name]
    ]
    return sorted(lines)


def facts(document: JSON) -> Iterator[tuple[str, Any]]:
    """What the document says, each thing under a name that is the same in every document."""
    for path, shared in document["paths"].items():
        for method in METHODS & shared.keys():
            name, operation = f"{method.upper()} {path}", shared[method]
            yield f"{name} operationId", operation["operationId"]
            for parameter in [*shared.get("parameters", []), *operation.get("parameters", [])]:
                yield from of_parameter(f"{name} {parameter['in']} {parameter['name']}", parameter, document)
            if "requestBody" in operation:
                body = resolved(operation["requestBody"], document)
                yield f"{name} body required", body.get("required", False)
                yield from of_content(f"{name} body", body, document)
            for status, response in operation["responses"].items():
                if of_fastapi(response):
                    continue
                yield from of_content(f"{name} {status}", resolved(response, document), document)


def of_fastapi(response: JSON) -> bool:
    """The 422 that FastAPI gives every operation with a parameter, and that no service can switch off."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref")).endswith("/HTTPValidationError")


def of_parameter(name: str, parameter: JSON, document: JSON) -> Iterator[tuple[str, Any]]:
    yield f"{name} required", parameter.get("required", False)
    yield from each(f"{name} schema", plain(parameter["schema"], document))


def of_content(name: str, body: JSON, document: JSON) -> Iterator[tuple[str, Any]]:
    yield f"{name} media types", sorted(body.get("content", {}))
    for media_type, content in body.get("content", {}).items():
        yield from each(f"{name} {media_type} schema", plain(content.get("schema", {}), document))


def each(name: str, schema: JSON) -> Iterator[tuple[str, Any]]:
    if not schema:
        yield name, {}
    for key, value in schema.items():
        if isinstance(value, dict):
            yield from each(f"{name} {key}", value)
        else:
            yield f"{name} {key}", value


def resolved(node: JSON, document: JSON) -> JSON:
    found = node
    while reference := found.get("$ref"):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    return found


def plain(schema: Any, document: JSON) -> Any:
    """The schema's constraints, in one of the ways in which they can be written."""
    schema = without_union({**resolved(schema, document)}, document)
    if isinstance(schema.get("additionalProperties"), dict) and "properties" not in schema:
        return {}  # a map of any members, as of a `dict`, says nothing of them
    kept = {key: value for key, value in schema.items() if key not in ANNOTATIONS and value not in (None, {})}
    if "items" in kept:
        kept["items"] = plain(kept["items"], document)
    if "properties" in kept:
        kept["properties"] = {name: plain(member, document) for name, member in kept["properties"].items()}
    for key in ("required", "type"):
        if isinstance(kept.get(key), list):
            kept[key] = sorted(kept[key])
    if "pattern" in kept:
        kept["pattern"] = kept["pattern"].replace(r"\u00", r"\x")
    return kept


def without_union(schema: JSON, document: JSON) -> JSON:
    """`anyOf` with null is the other one, of which the type has null too."""
    null = {"type": "null"}
    match schema.get("anyOf"):
        case [other, last] if last == null:
            other = resolved(other, document)
            return {**schema, **other, "anyOf": None, "type": [other["type"], "null"]}
        case _:
            return schema


GENERATING = [service for service in services() if generates(service)]


@pytest.mark.parametrize("service", GENERATING)
def test_what_is_generated_is_the_contract(service: str) -> None:
    found = differences(contract.document(), generated(service))
    assert not found, "\n".join(found)


def test_fastapi_generates() -> None:
    assert [service for service in services() if service.startswith("fastapi")] == GENERATING


def without_status(document: Any) -> None:
    del document["paths"]["/items"]["post"]["responses"]["413"]


def without_path(document: Any) -> None:
    del document["paths"]["/healthz"]


def with_method(document: Any) -> None:
    document["paths"]["/hello"]["delete"] = {"operationId": "goodbye", "responses": {}}


def without_limit(document: Any) -> None:
    del document["components"]["schemas"]["Name"]["maxLength"]


def with_parameter(document: Any) -> None:
    extra = {"name": "page", "in": "query", "schema": {"type": "integer"}}
    document["paths"]["/items"]["get"]["parameters"].append(extra)


def with_optional_body(document: Any) -> None:
    document["components"]["requestBodies"]["Item"]["required"] = False


def with_default(document: Any) -> None:
    document["components"]["schemas"]["Quantity"]["default"] = 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (without_status, "only in the contract: POST /items 413"),
        (without_path, "only in the contract: GET /healthz"),
        (with_method, "not in the contract: DELETE /hello"),
        (
            without_limit,
            "only in the contract: POST /items body application/json schema properties name maxLength",
        ),
        (with_parameter, "not in the contract: GET /items query page"),
        (with_optional_body, "PUT /items/{item_id} body required: false"),
        (with_default, "quantity default: 1, but in the contract 0"),
    ],
)
def test_a_drift_is_seen(change: Callable[[Any], None], told: str) -> None:
    drifted = copy.deepcopy(contract.document())
    change(drifted)
    assert told in "\n".join(differences(contract.document(), drifted))
