"""What faults are made of. Each switch changes one thing of a reference, which else is without a fault."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.reference.service import Call, Item, Reference, Refusal
from harness.wire import Answer, Request

Switch = Callable[[Reference], None]
When = Callable[[Request], bool]


def override(**functions: Callable[..., Any]) -> Switch:
    """Methods by their names. Each gets the reference, the method as it was, and the arguments."""

    def switch(reference: Reference) -> None:
        for name, function in functions.items():
            setattr(reference, name, partial(function, reference, getattr(reference, name)))

    return switch


def attributes(**values: Any) -> Switch:
    def switch(reference: Reference) -> None:
        for name, value in values.items():
            setattr(reference, name, value)

    return switch


def together(*switches: Switch) -> Switch:
    def switch(reference: Reference) -> None:
        for each in switches:
            each(reference)

    return switch


# -- the contract is another one


def schema(name: str, **keywords: Any) -> Switch:
    """Other keywords of a schema; None removes one."""

    def switch(reference: Reference) -> None:
        _change(reference.contract["components"]["schemas"][name], keywords)

    return switch


def parameter(name: str, **keywords: Any) -> Switch:
    """Other keywords of `limit` or `after`."""

    def switch(reference: Reference) -> None:
        for declared in reference.contract["paths"]["/items"]["get"]["parameters"]:
            if declared["name"] == name:
                name_of_it = declared["schema"].get("$ref", "").rpartition("/")[2]
                own = reference.contract["components"]["schemas"].get(name_of_it, declared["schema"])
                declared["schema"] = {**own}
                _change(declared["schema"], keywords)

    return switch


def declare(path: str, method: str, operation: str) -> Switch:
    """A method that the path should not have; it does what another operation does."""

    def switch(reference: Reference) -> None:
        paths = reference.contract["paths"]
        found = [each for declared in paths.values() for each in declared.values() if isinstance(each, dict)]
        like = next(each for each in found if each.get("operationId") == operation)
        paths[path] = {**paths.get(path, {}), method: like}

    return switch


def _change(found: dict[str, Any], keywords: dict[str, Any]) -> None:
    found |= keywords
    for name in [name for name, value in keywords.items() if value is None]:
        del found[name]


# -- a request is read otherwise


def asked(change: Callable[[Request], Request]) -> Switch:
    return override(answer=lambda _, answer, request: answer(change(request)))


def data(change: Callable[[bytes], bytes]) -> Switch:
    """Other bytes are read as JSON."""
    return override(parsed=lambda _, parsed, data: parsed(change(data)))


def document(change: Callable[[Any], Any], operation: str = "") -> Switch:
    """Another document is validated and stored. Items only."""

    def validate(_reference: Reference, validate: Callable[[Call], None], call: Call) -> None:
        if call.template != "/echo" and operation in ("", call.operation["operationId"]):
            call.documents = [change(each) if isinstance(each, dict) else each for each in call.documents]
        validate(call)

    return override(validate=validate)


def validated(change: Callable[[Item], Item]) -> Switch:
    """Another document is validated than is stored. Items only."""
    return override(
        invalid=lambda _, invalid, value, schema: invalid(
            change(value) if isinstance(value, dict) and "NewItem" in str(schema) else value, schema
        )
    )


def member(name: str, change: Callable[[Any], Any]) -> Callable[[Item], Item]:
    return lambda item: {**item, name: change(item[name])} if name in item else item


def refused(status: int, when: When) -> Switch:
    """What should be done is refused, or with another status."""

    def answer(reference: Reference, answer: Callable[[Request], Answer], request: Request) -> Answer:
        if not when(request):
            return answer(request)
        return reference.problem(
            [Refusal(status, "It is refused.", place=("query", "/id", "It is refused."))]
        )

    return override(answer=answer)


# -- an answer is another one


def answered(change: Callable[[Request, Answer], Answer]) -> Switch:
    return override(answer=lambda _, answer, request: change(request, answer(request)))


def written(change: Callable[[Any], Any]) -> Switch:
    """Another value is written as JSON."""
    return override(dump=lambda _, dump, value: dump(change(value)))


def items(change: Callable[[Item], Item]) -> Switch:
    """An item is written otherwise than it is, also in a list."""

    def changed(value: Any) -> Any:
        match value:
            case {"id": _, "name": _}:
                return change(value)
            case [{"id": _, "name": _}, *_]:
                return [change(item) for item in value]
            case _:
                return value

    return written(changed)


def problems(change: Callable[[dict[str, Any]], Any]) -> Switch:
    return written(lambda value: change(value) if isinstance(value, dict) and "type" in value else value)


def places(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Switch:
    """The entries of a 422's errors."""
    return problems(
        lambda problem: (
            {**problem, "errors": [change(place) for place in problem["errors"]]}
            if "errors" in problem
            else problem
        )
    )


def stored(change: Callable[[Item], Item]) -> Switch:
    return override(store=lambda _, store, item: store(change(item)))


def headers(answer: Answer, **changes: str | None) -> Answer:
    """Other headers; None removes one."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    kept = [pair for pair in answer.headers if pair[0] not in named]
    added = [(name, value) for name, value in named.items() if value is not None]
    return replace(answer, headers=(*kept, *added))


def body(answer: Answer, data: bytes, media_type: str = "application/json") -> Answer:
    return headers(replace(answer, body=data), content_length=str(len(data)), content_type=media_type)


def changed(answer: Answer, change: Callable[[Any], Any]) -> Answer:
    return body(answer, json.dumps(change(json.loads(answer.body))).encode()) if answer.body else answer


def of_item(request: Request) -> bool:
    return request.target.startswith("/items/")
