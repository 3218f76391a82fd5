"""What faults are made of. Each switch changes one thing of a reference, which else is without a fault."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import unquote

from conformance.contract import PROBLEM
from conformance.reference.service import Call, Item, Reference, Refusal
from harness.wire import Answer, Request

Switch = Callable[[Reference], None]
Change = Callable[[Any], Any]
Edit = tuple[str, str]  # what is replaced, by what
UNEDITED: Edit = ("(?!)", "")  # what is nowhere

TEXTS: Mapping[str, Callable[[Request, Answer | None], str]] = {
    "method": lambda request, _: request.method,
    "target": lambda request, _: unquote(request.target),
    "headers": lambda request, _: "\n".join(request.headers),
    "body": lambda request, _: request.body.decode("latin-1"),
    "framing": lambda request, _: request.framing,
    "was": lambda _, answer: str(answer.status if answer else ""),
    "said": lambda _, answer: answer.body.decode("latin-1") if answer else "",
}


def where(**patterns: str) -> Callable[..., bool]:
    """Whether all of these regular expressions are found, in a request and its answer."""
    texts = [(TEXTS[name], pattern) for name, pattern in patterns.items()]
    return lambda request, answer=None: all(
        re.search(pattern, text(request, answer)) for text, pattern in texts
    )


# -- any fault


def override(**members: Any) -> Switch:
    """Members by their names. A method gets the reference, the method as it was, and the arguments."""

    def switch(reference: Reference) -> None:
        for name, new in members.items():
            was = getattr(reference, name)
            setattr(reference, name, partial(new, reference, was) if callable(new) else new)

    return switch


# -- faults that are data: each section of faults/faults.toml is a function


def refused(status: int, **patterns: str) -> Switch:
    holds = where(**patterns)
    refusal = Refusal(status, "It is refused.", place=("query", "/id", "It is refused."))

    def answer(reference: Reference, answer: Callable[[Request], Answer], request: Request) -> Answer:
        return reference.problem([refusal]) if holds(request) else answer(request)

    return override(answer=answer)


def schema(**schemas: dict[str, Any]) -> Switch:
    def switch(reference: Reference) -> None:
        for name, keywords in schemas.items():
            reference.contract["components"]["schemas"][name] |= keywords

    return switch


def parameter(**parameters: dict[str, Any]) -> Switch:
    def switch(reference: Reference) -> None:
        schemas = reference.contract["components"]["schemas"]
        for declared in reference.contract["paths"]["/items"]["get"]["parameters"]:
            name = declared["schema"].get("$ref", "").rpartition("/")[2]
            own = schemas.get(name, declared["schema"])
            declared["schema"] = {**own, **parameters.get(declared["name"], {})}

    return switch


def request(
    target_edit: Edit = UNEDITED,
    headers_edit: Edit = UNEDITED,
    body_edit: Edit = UNEDITED,
    read: Mapping[str, str] | None = None,
    **patterns: str,
) -> Switch:
    holds, read = where(**patterns), read or {}

    def change(request: Request) -> Request:
        if not holds(request):
            return request
        body = re.sub(*body_edit, read.get("body", request.body.decode("latin-1")))
        target = re.sub(*target_edit, request.target)
        headers = tuple(re.sub(*headers_edit, "\n".join(request.headers)).split("\n"))
        edited = {"target": target, "headers": headers, **read, "body": body.encode("latin-1")}
        return replace(request, **edited)  # type: ignore[arg-type] # bytes for the body

    return asked(change)


def lenient(pattern: str, by: str) -> Switch:
    def change(body: bytes) -> bytes:
        try:
            json.loads(body)
        except ValueError:
            return re.sub(pattern.encode(), by.encode(), body)
        return body

    return parsed(change)


def answer(
    *,
    status: int = 0,
    text: str | None = None,
    text_edit: Edit = UNEDITED,
    media_type: str = "",
    sets: Mapping[str, str] | None = None,
    edits: Mapping[str, Edit] | None = None,
    **patterns: str,
) -> Switch:
    holds, edits = where(**patterns), edits or {}

    def change(request: Request, answer: Answer) -> Answer:
        if not holds(request, answer):
            return answer
        edited = {name: re.sub(*edits[name], value) for name, value in answer.headers if name in edits}
        original = answer.body.decode()
        body = re.sub(*text_edit, original if text is None else text)
        same = request.method == "HEAD" or body == original
        altered = answered(answer, None if same else body, media_type, **edited, **(sets or {}))
        return replace(altered, status=status or answer.status)

    return changed(change)


def status(was: int, status: int) -> Switch:
    def problem(_: Reference, problem: Callable[[Any], Answer], refusals: Sequence[Refusal]) -> Answer:
        restated = [replace(refusal, status=status) for refusal in refusals]
        return problem(restated if refusals[0].status == was else refusals)

    return override(problem=problem)


def echoed(status: int, part: str) -> Switch:
    def change(request: Request, answer: Answer) -> Answer:
        if answer.status != status or not answer.body:
            return answer
        problem = {**json.loads(answer.body), "detail": f"Wrong: {str(getattr(request, part))[:500]}"}
        return answered(answer, json.dumps(problem), PROBLEM)

    return changed(change)


SHAPES = (refused, schema, parameter, request, lenient, answer, status, echoed)
SECTIONS: dict[str, Callable[..., Switch]] = {shape.__name__: shape for shape in SHAPES}


# -- a request is read otherwise


def asked(change: Callable[[Request], Request]) -> Switch:
    return override(answer=lambda _, answer, request: answer(change(request)))


def parsed(change: Callable[[bytes], bytes]) -> Switch:
    """Other bytes are read as JSON."""
    return override(parsed=lambda _, parsed, body: parsed(change(body)))


def document(change: Callable[[Item], Item], operation: str = "") -> Switch:
    """Another document is validated and stored. Items only."""

    def validate(_: Reference, validate: Callable[[Call], None], call: Call) -> None:
        if call.template != "/echo" and operation in ("", call.operation["operationId"]):
            call.documents = [change(value) if isinstance(value, dict) else value for value in call.documents]
        validate(call)

    return override(validate=validate)


def validated(change: Callable[[Item], Item]) -> Switch:
    """Another document is validated than is stored. Items only."""
    return override(
        invalid=lambda _, invalid, value, schema: invalid(
            change(value) if isinstance(value, dict) and "NewItem" in str(schema) else value, schema
        )
    )


def member(name: str, change: Change) -> Callable[[Item], Item]:
    return lambda item: {**item, name: change(item[name])} if name in item else item


# -- an answer is another one


def answered(answer: Answer, text: str | None = None, media_type: str = "", **headers: str) -> Answer:
    """The answer with another body, or with other headers; "" removes one."""
    body = answer.body if text is None else text.encode()
    length = {} if text is None else {"content-length": str(len(body))}
    typed = {"content-type": media_type} if media_type else {}
    fields = {**dict(answer.headers), **length, **typed, **headers}
    return Answer(answer.status, tuple((name, value) for name, value in fields.items() if value), body)


def changed(change: Callable[[Request, Answer], Answer]) -> Switch:
    return override(answer=lambda _, answer, request: change(request, answer(request)))
