"""Hooks of Schemathesis: the oracle follows the run; what it and the checks complain of is written to a file.

SCHEMATHESIS_HOOKS=conformance.hooks COMPLAINTS=complaints.ndjson schemathesis run openapi.yaml --url URL
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import schemathesis
from requests import PreparedRequest
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

from conformance.case import Complaint
from conformance.reference.oracle import Oracle, stored
from harness.wire import EVERYWHERE, Answer, Request

COMPLAINTS = Path(os.environ["COMPLAINTS"])
EVERYWHERE.path, EVERYWHERE.headers = json.loads(os.environ["EVERYWHERE"])
oracles: list[Oracle] = []  # that of this run, once it has begun
# The rules that Schemathesis's own checks test; of all others it is `declared`.
CHECKS = {
    "not_a_server_error": "error-never-5xx",
    "use_after_free": "delete-gone",
    "ensure_resource_availability": "get-stored",
}


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    if not oracles:
        url = case.operation.base_url or case.operation.schema.get_base_url()
        oracles.append(Oracle(stored(url)))


@schemathesis.hook
def after_call(_context: HookContext, _case: Case[Any], response: Response) -> None:
    headers = tuple((name.lower(), ", ".join(values)) for name, values in response.headers.items())
    answer = Answer(response.status_code, headers, response.content)
    write(response, oracles[0].complaints(sent(response.request), answer))


@schemathesis.hook
def filter_failure(_context: HookContext, failure: Failure, _case: Case[Any], response: Response) -> bool:
    """Of the checks of Schemathesis itself. It drops none."""
    check = failure.checks[0]
    write(response, [Complaint(f"{check}: {failure.message}", (CHECKS.get(check, "declared"),))])
    return True


def write(response: Response, complaints: Iterable[Complaint]) -> None:
    request = sent(response.request)
    asked = f"{request.method} {request.target} {request.body[:500]!r}"
    with COMPLAINTS.open("a") as file:
        lines = [[f"{asked}\n{complaint.text}", complaint.rules] for complaint in complaints]
        print(json.dumps(lines), file=file)


def sent(request: PreparedRequest) -> Request:
    body = request.body or b""
    lines = tuple(f"{name}: {_text(value)}" for name, value in request.headers.items())
    content = body.encode() if isinstance(body, str) else body
    assert isinstance(content, bytes)  # noqa: S101 - Schemathesis streams nothing to a JSON API
    target = request.path_url.removeprefix(EVERYWHERE.path)
    return Request(request.method or "", target, lines, content, "length")


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
