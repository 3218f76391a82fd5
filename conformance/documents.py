"""A body by the contract's own rules: is it JSON, and which of its places are invalid."""

import json
import math
import re
from functools import cache
from typing import Any

from openapi_schema_validator import OAS31Validator

from conformance import contract
from harness.wire import refuse

BODY_MAX = 2**20
DEPTH_THAT_PASSES, DEPTH_THAT_DOES_NOT = 100, 250
JSON_TYPE = re.compile(r'application/json[ \t]*(;[ \t]*charset=(utf-8|"utf-8")[ \t]*)?', re.IGNORECASE)
MEMBERS = ("/name", "/description", "/price", "/quantity", "")  # the order of a 422's errors


def status(body: bytes, content_type: str | None, schema: str) -> tuple[int | None, list[str]]:
    """200 for a body that can be used; or the error, and the invalid places; or None where that is open."""
    if content_type is None or not JSON_TYPE.fullmatch(content_type):
        return 415, []
    if len(body) > BODY_MAX:
        return 413, []
    try:
        document = parsed(body)
    except (ValueError, RecursionError):
        return 400, []
    if (levels := depth(document)) >= DEPTH_THAT_DOES_NOT:
        return 400, []
    if levels > DEPTH_THAT_PASSES:
        return None, []  # left open
    if schema == "Document" and not finite(document):
        return 400, []
    invalid = places(document, schema)
    return (422, invalid) if invalid else (200, [])


def parsed(body: bytes) -> Any:
    """Raises ValueError for what is no strict JSON."""
    document = json.loads(body.decode(), parse_constant=refuse)
    json.dumps(document, ensure_ascii=False).encode()  # refuses an unpaired surrogate
    return document


def depth(document: Any) -> int:
    levels, layer = 0, [document]
    while layer := [part for part in layer if isinstance(part, dict | list)]:
        levels += 1
        layer = [part for whole in layer for part in (whole.values() if isinstance(whole, dict) else whole)]
    return levels


def finite(document: Any) -> bool:
    if isinstance(document, dict):
        return all(map(finite, document.values()))
    if isinstance(document, list):
        return all(map(finite, document))
    return not isinstance(document, float) or math.isfinite(document)


@cache
def _validator(schema: str) -> OAS31Validator:
    components = contract.document()["components"]
    return OAS31Validator({"$ref": f"#/components/schemas/{schema}", "components": components})


def places(document: Any, schema: str) -> list[str]:
    found = {place for error in _validator(schema).iter_errors(document) for place in _places(error)}
    return [f"body {place}" for place in MEMBERS if place in found]


def _places(error: Any) -> list[str]:
    if error.validator == "required":
        return [f"/{name}" for name in error.validator_value if name not in error.instance]
    return [f"/{error.path[0]}" if error.path else ""]
