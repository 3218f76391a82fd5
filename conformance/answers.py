"""What is true of every answer, whatever was asked; and what a step of a case expects of its own."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from conformance import contract
from conformance.cases import Names, Step, filled
from harness.wire import Answer, Request

MARKER = "zq7echo"  # what the cases send as a name, a value, a path or a query: no error may repeat it
INSIDE = ("Traceback", 'File "', ".py", "sqlite", "SQLITE", "SELECT ", "INSERT ", "UPDATE ", "DELETE FROM")
CHANGING = {"date", "connection", "keep-alive", "server"}  # not the contract's


def every_answer(request: Request, answer: Answer) -> Iterator[str]:
    yield from contract.complaints(request, answer)
    if 300 <= answer.status < 400:
        yield "an answer is never a redirect"
    if answer.stray or (request.method == "HEAD" and answer.body):
        yield f"bytes after the answer's end: {answer.stray[:60]!r}"
    if answer.status == 204 and (answer.body or answer.header("Content-Type") is not None):
        yield "a 204 has no body and no Content-Type"
    if answer.status >= 400:
        yield from _every_error(request, answer)
    elif answer.body and answer.media_type != "application/json":
        yield f"the media type is {answer.header('Content-Type')}, not application/json"


def _every_error(request: Request, answer: Answer) -> Iterator[str]:
    if answer.header("Content-Type") != "application/problem+json":
        yield f"the media type is {answer.header('Content-Type')}, not application/problem+json"
    whole = answer.body.decode(errors="replace") + "".join(
        f"{key}: {value}\n" for key, value in answer.headers
    )
    if MARKER in unquote(whole).lower():
        yield "an error echoes what was sent"
    if shown := [word for word in INSIDE if word in whole]:
        yield f"an error shows the inside of the service: {shown}"
    if request.method == "HEAD":
        return
    try:
        problem = answer.json()
    except ValueError as error:
        yield f"a problem that is no JSON: {error}"
        return
    told = problem.get("status"), problem.get("title")
    if told != (answer.status, contract.phrase(answer.status)):
        yield f"an answer of {answer.status} says that it is {told}"


def expected(
    step: Step, names: Names, request: Request, answer: Answer, before: Answer | None
) -> Iterator[str]:
    if answer.status != step.status:
        yield f"status {answer.status}, not {step.status}: {answer.body[:300].decode(errors='replace')}"
        return
    yield from _headers(step, names, answer, before)
    yield from _numbers(step, names, answer)
    if step.holds and filled(step.holds, names) not in answer.body.decode():
        yield f"{filled(step.holds, names)[:100]!r} is not in the body: {answer.body[:300]!r}"
    if step.json_ is None and step.item is None and step.errors is None and not step.same:
        return
    body = answer.json()
    if step.same and not same(body, json.loads(request.body)):
        yield f"the document is {shown(body)}, not what was sent"
    if step.json_ is not None and not same(body, wanted := json.loads(filled(step.json_, names))):
        yield f"the body is {shown(body)}, not {shown(wanted)}"
    if step.item is not None:
        wanted = {"id": body["id"], **json.loads(filled(step.item, names))}
        if not same(body, wanted):
            yield f"the item is {shown(body)}, not {shown(wanted)}"
    if step.errors is not None:
        found = tuple(f"{error['location']} {error['pointer']}" for error in body["errors"])
        if found != (wanted := tuple(filled(error, names) for error in step.errors)):
            yield f"the invalid places are {found}, not {wanted}"


def _headers(step: Step, names: Names, answer: Answer, before: Answer | None) -> Iterator[str]:
    for name, wanted in step.has.items():
        if answer.header(name) != filled(wanted, names):
            yield f"{name} is {answer.header(name)}, not {filled(wanted, names)}"
    for name in step.lacks:
        if answer.header(name) is not None:
            yield f"{name} is {answer.header(name)}, which should not be there"
    allowed = {method.strip() for method in (answer.header("Allow") or "").split(",")} - {""}
    if step.allow and allowed != set(step.allow):
        yield f"Allow is {sorted(allowed)}, not {sorted(step.allow)}"
    if step.like_before and before and _kept(answer) != _kept(before):
        yield f"the headers are {_kept(answer)}, not {_kept(before)}"


def _kept(answer: Answer) -> list[tuple[str, str]]:
    return sorted(pair for pair in answer.headers if pair[0] not in CHANGING)


def _numbers(step: Step, names: Names, answer: Answer) -> Iterator[str]:
    if step.above is not None and not answer.json()["id"] > int(filled(step.above, names)):
        yield f"the id is {answer.json()['id']}, not above {filled(step.above, names)}"
    if step.location and answer.header("Location") != f"/items/{answer.json()['id']}":
        yield f"Location is {answer.header('Location')} for the item {answer.json()['id']}"
    if step.count is not None and len(answer.json()) != step.count:
        yield f"{len(answer.json())} items, not {step.count}"
    listed = {str(item["id"]) for item in answer.json()} if step.ids else set()
    if missing := [item_id for name in step.ids if (item_id := filled(name, names)) not in listed]:
        yield f"items that are missing: {missing}"


def same(one: Any, other: Any) -> bool:
    """Equal as JSON values: 3 is 3.0, but true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 400 else f"{text[:400]}..."
