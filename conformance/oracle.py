"""Hooks of Schemathesis: a model of the items follows the run, and every answer is compared with it.

SCHEMATHESIS_HOOKS=conformance.oracle schemathesis run openapi.yaml --url http://127.0.0.1:8000
"""

from typing import Any, ClassVar

import schemathesis
from requests import PreparedRequest
from schemathesis import Case, HookContext, Response

from conformance.model import KINDS, Complaint, Model
from harness.wire import Answer, Request, exchange


class Watch:
    """What was seen of one run: its model, and the complaints that no check has raised yet."""

    model: Model | None = None
    complaints: ClassVar[dict[int, list[Complaint]]] = {}
    responses: ClassVar[list[Response]] = []  # kept, so that no two have one identity


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    if Watch.model is None:
        url = case.operation.base_url or case.operation.schema.get_base_url()
        listed = exchange(url, Request("GET", "/items"))
        Watch.model = Model(listed.json() if listed and listed.status == 200 else [])


@schemathesis.hook
def after_call(_context: HookContext, _case: Case[Any], response: Response) -> None:
    assert Watch.model is not None  # noqa: S101 - before_call made it
    headers = tuple((name, ", ".join(values)) for name, values in response.headers.items())
    answer = Answer(response.status_code, headers, response.content)
    Watch.responses.append(response)
    Watch.complaints[id(response)] = list(Watch.model.complaints(sent(response.request), answer))


def sent(request: PreparedRequest) -> Request:
    body = request.body or b""
    lines = tuple(f"{name}: {_text(value)}" for name, value in request.headers.items())
    content = body.encode() if isinstance(body, str) else body
    assert isinstance(content, bytes)  # noqa: S101 - Schemathesis streams nothing to a JSON API
    return Request(request.method or "", request.path_url, lines, content)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


class Comparison:
    """One kind of complaint as a check: of each response, and at the end of those that no check was given."""

    kind = ""

    def after_response(self, _ctx: Any, response: Response, _case: Case[Any]) -> None:
        self._raise(Watch.complaints.get(id(response), []))

    def after_run(self, _ctx: Any) -> None:
        if Watch.model is None or not Watch.model.compared[self.kind]:
            raise AssertionError(f"{self.kind}: nothing was compared in the whole run")
        for complaints in Watch.complaints.values():
            self._raise(complaints)

    def _raise(self, complaints: list[Complaint]) -> None:
        own = [text for kind, text in complaints if kind == self.kind]
        complaints[:] = [complaint for complaint in complaints if complaint[0] != self.kind]
        if own:
            raise AssertionError(f"{self.kind}: " + "\n".join(own))


for name in KINDS:
    schemathesis.check(type(name, (Comparison,), {"kind": name, "__module__": __name__}))
