"""What an answer says."""

import json
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from conformance.reference.service import ITEM, Call, Item, Reference, Refusal
from harness.wire import Answer, Request

from ..switches import Switch, changed, errors, items, member, override, problems, value_of


def without_null(item: Item) -> Item:
    return {name: value for name, value in item.items() if value is not None}


def rounded(value: Any) -> Any:
    return json.loads(json.dumps(value), parse_float=lambda digits: float(f"{float(digits):.6g}"))


def of_objects(change: Callable[[Item], Item]) -> Callable[[Request, Any], Any]:
    return lambda _, value: change(value) if isinstance(value, dict) else value


def ones(value: Any) -> Any:
    return [int(part) if part is True else part for part in value] if isinstance(value, list) else value


def sent_alone(request: Request, item: Item) -> Item:
    return {name: item[name] for name in item if name == "id" or f'"{name}"'.encode() in request.body}


def latin1(request: Request, answer: Answer) -> Answer:
    if not request.target.startswith("/items/"):
        return answer
    return replace(answer, body=answer.body.decode().encode("latin-1", errors="replace"))


def without_head(template: str = "") -> Switch:
    def methods(_: Reference, methods: Callable[[Call], Item], call: Call) -> Item:
        found = methods(call)
        return {name: found[name] for name in found if name != "HEAD" or template not in ("", call.template)}

    return override(methods=methods)


def pointed(validator: str, change: Callable[[list[str]], list[str]]) -> Switch:
    """What the schema's keyword finds is said to be elsewhere."""
    return override(
        pointers=lambda _, pointers, error: (
            change(pointers(error)) if error.validator == validator else pointers(error)
        )
    )


def value_echoed(
    _: Reference, invalid: Callable[..., dict[str, str]], value: Any, schema: Any
) -> dict[str, str]:
    """Each detail repeats the value that is wrong, as Pydantic and jsonschema do."""
    found = invalid(value, schema)
    return {
        pointer: f"{value.get(pointer[1:]) if isinstance(value, dict) else value!r} is wrong"
        for pointer in found
    }


def unknown_echoed(
    _: Reference, invalid: Callable[..., dict[str, str]], value: Any, schema: Any
) -> dict[str, str]:
    found = invalid(value, schema)
    unknown = [
        pointer for pointer, detail in found.items() if isinstance(value, dict) and "additional" in detail
    ]
    return {**found, **{pointer: f"Unknown: {value.get(pointer[1:])!r}" for pointer in unknown}}


def shown(reference: Reference, parsed: Callable[[bytes], Any], data: bytes) -> Any:
    try:
        return parsed(data)
    except ValueError:
        reference.trace = traceback.format_exc()  # type: ignore[attr-defined]
        raise


def traced(reference: Reference, problem: Callable[[Any], Answer], refused: Sequence[Refusal]) -> Answer:
    trace = getattr(reference, "trace", "")
    return problem([replace(each, detail=trace or each.detail) for each in refused])


FAULTS: dict[str, Switch] = {
    # methods
    "HEAD is 405": without_head(),
    "HEAD of an item is 405": without_head(ITEM),
    "HEAD has a body": override(head=lambda _, __, answer: answer),
    # basics
    "health says more": value_of(lambda _, value: {**value, "items": 0}, target="^/healthz", was="200"),
    "an echo is wrapped": value_of(lambda _, value: {"data": value}, target="^/echo", was="200"),
    "an echo has numbers of six digits": value_of(
        lambda _, value: rounded(value), target="^/echo", was="200"
    ),
    "an echo has no members that are null": value_of(of_objects(without_null), target="^/echo", was="200"),
    "an echo has true as 1": value_of(lambda _, value: ones(value), target="^/echo", was="200"),
    # items
    "an id is text": items(member("id", str)),
    "a price is text": items(member("price", str)),
    "a quantity is a float": items(member("quantity", lambda value: value + 0.5)),
    "an item has a URL, too": items(lambda item: {**item, "url": "/items"}),
    "an item leaves out what is null": items(without_null),
    "POST answers only the members that were sent": value_of(sent_alone, was="201"),
    "a list leaves out descriptions": value_of(
        lambda _, page: [{**item, "description": None} for item in page], target=r"^/items\?", was="200"
    ),
    "an item is in Latin-1": changed(latin1),
    # the form of errors
    "a 404 is a detail alone": problems(lambda _: {"detail": "Not Found"}, 404),
    "a 422 has FastAPI's form": problems(lambda p: {"detail": [{"loc": ["body"], "msg": p["detail"]}]}, 422),
    "a problem's status is text": problems(member("status", str)),
    "whatever is refused is 500": override(
        refuse=lambda reference, _, __: reference.problem([Refusal(500, "The service failed to answer.")])
    ),
    # the places
    "a 422 has errors by their names": errors(lambda found: {e["pointer"]: e["detail"] for e in found}),
    "a 422 has the first place alone": errors(lambda found: found[:1]),
    "an unknown member is reported at the whole body": pointed("additionalProperties", lambda _: [""]),
    "only the first unknown member is reported": pointed("additionalProperties", lambda found: found[:1]),
    "an unknown member's pointer is not escaped": pointed(
        "additionalProperties", lambda found: [each.replace("~1", "/").replace("~0", "~") for each in found]
    ),
    "a missing member is reported at the whole body": pointed("required", lambda _: [""]),
    "only the first missing member is reported": pointed("required", lambda found: found[:1]),
    # what is told
    "a 422 repeats each value": override(invalid=value_echoed),
    "an unknown member's value is repeated": override(invalid=unknown_echoed),
    "a 400 shows the parser's traceback": override(parsed=shown, problem=traced),
}
