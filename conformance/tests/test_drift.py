"""What FastAPI generates agrees with openapi.yaml; and a comparison that would not see it is none."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from conformance import contract
from conformance.drift import differences, generated, generates
from harness.service import services

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
