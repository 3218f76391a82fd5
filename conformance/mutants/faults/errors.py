"""What an error says, and that it is none of the client's when it is the service's."""

import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.service import Reference, Refusal
from harness.wire import Answer, Request

from ..switches import Switch, answered, body, changed, headers, override, places, problems

Problem = dict[str, Any]


def of(status: int, change: Callable[[Problem], Any]) -> Switch:
    return problems(lambda problem: change(problem) if problem["status"] == status else problem)


def without(name: str) -> Switch:
    return problems(lambda problem: {key: problem[key] for key in problem if key != name})


def with_(**members: Any) -> Switch:
    return problems(lambda problem: {**problem, **members})


def errors(change: Callable[[list[Any]], Any]) -> Switch:
    return problems(lambda p: {**p, "errors": change(p["errors"])} if "errors" in p else p)


def pointers(change: Callable[[str], str]) -> Switch:
    return places(lambda place: {**place, "pointer": change(place["pointer"])})


def pointed(validator: str, change: Callable[[list[str]], list[str]]) -> Switch:
    """What the schema's keyword finds is said to be elsewhere."""
    return override(
        pointers=lambda _, pointers, error: (
            change(pointers(error)) if error.validator == validator else pointers(error)
        )
    )


def status(status: int, other: int) -> Switch:
    """Each refusal of one status has another."""

    def problem(_reference: Reference, problem: Callable[[Any], Answer], refused: list[Refusal]) -> Answer:
        return problem(
            [replace(each, status=other) for each in refused] if refused[0].status == status else refused
        )

    return override(problem=problem)


def echoed(text: Callable[[Request], str], where: int) -> Switch:
    """The detail of one status repeats what was sent."""

    def change(request: Request, answer: Answer) -> Answer:
        if answer.status != where or not answer.body:
            return answer
        told = changed(answer, lambda problem: {**problem, "detail": f"Wrong: {text(request)[:500]}"})
        return headers(told, content_type="application/problem+json")

    return answered(change)


def value_echoed(
    _reference: Reference, invalid: Callable[..., dict[str, str]], value: Any, schema: Any
) -> dict[str, str]:
    """Each detail repeats the value that is wrong, as Pydantic and jsonschema do."""
    found = invalid(value, schema)
    if not isinstance(value, dict):
        return dict.fromkeys(found, f"{value!r} is wrong")
    return {pointer: f"{value.get(pointer[1:])!r} is wrong" for pointer in found}


def shown(reference: Reference, parsed: Callable[[bytes], Any], data: bytes) -> Any:
    try:
        return parsed(data)
    except ValueError:
        reference.trace = traceback.format_exc()  # type: ignore[attr-defined]
        raise


def traced(reference: Reference, problem: Callable[[Any], Answer], refused: list[Refusal]) -> Answer:
    trace = getattr(reference, "trace", "")
    return problem([replace(each, detail=trace or each.detail) for each in refused])


FAULTS: dict[str, Switch] = {
    # the form
    "errors are HTML": answered(
        lambda _, a: body(a, b"<h1>Error</h1>", "text/html") if a.status >= 400 else a
    ),
    "errors are application/json": answered(
        lambda _, a: headers(a, content_type="application/json") if a.status >= 400 else a
    ),
    "errors have no body": answered(
        lambda _, a: headers(replace(a, body=b""), content_length="0") if a.status >= 400 else a
    ),
    "a 404 is a detail alone": of(404, lambda _: {"detail": "Not Found"}),
    "a 422 has FastAPI's form": of(422, lambda p: {"detail": [{"loc": ["body"], "msg": p["detail"]}]}),
    "a problem has no type": without("type"),
    "a problem has no detail": without("detail"),
    "a problem's type is a URL": with_(type="https://example.org/problem"),
    "the title of 422 is the old one": of(422, lambda p: {**p, "title": "Unprocessable Entity"}),
    "the title of 413 is the old one": of(413, lambda p: {**p, "title": "Request Entity Too Large"}),
    "a problem's title is empty": with_(title=""),
    "a problem's status is text": problems(lambda p: {**p, "status": str(p["status"])}),
    "a problem's status is 400, whatever the answer's is": with_(status=400),
    "a problem's detail is empty": with_(detail=""),
    "a problem has an instance, too": with_(instance="/items"),
    # the statuses
    "whatever is refused is 500": override(
        refuse=lambda reference, _, __: reference.problem([Refusal(500, "The service failed to answer.")])
    ),
    "an invalid item is 400": status(422, 400),
    "what is not JSON is 415": status(400, 415),
    "a 415 is 400": status(415, 400),
    "a 413 is 400": status(413, 400),
    "a 404 is 400": status(404, 400),
    "a 405 is 404": status(405, 404),
    # the places
    "a 422 has no errors": without("errors"),
    "a 422 has errors by their names": errors(
        lambda found: {each["pointer"]: each["detail"] for each in found}
    ),
    "a 422 has no entry in its errors": errors(lambda _: []),
    "a 422 has the first place alone": errors(lambda found: found[:1]),
    "a place has no detail": places(lambda place: {**place, "detail": ""}),
    "a place has its value, too": places(lambda place: {**place, "value": None}),
    "a pointer has no slash": pointers(lambda pointer: pointer[1:]),
    "a pointer begins with #": pointers(lambda pointer: f"#{pointer}"),
    "a pointer begins with /body": pointers(lambda pointer: f"/body{pointer}"),
    "every place is the whole body": pointers(lambda _: ""),
    "an invalid query is said to be in the body": places(lambda place: {**place, "location": "body"}),
    "an invalid body is said to be in the query": places(lambda place: {**place, "location": "query"}),
    "an unknown member is reported at the whole body": pointed("additionalProperties", lambda _: [""]),
    "only the first unknown member is reported": pointed("additionalProperties", lambda found: found[:1]),
    "an unknown member's pointer is not escaped": pointed(
        "additionalProperties", lambda found: [each.replace("~1", "/").replace("~0", "~") for each in found]
    ),
    "a missing member is reported at the whole body": pointed("required", lambda _: [""]),
    "only the first missing member is reported": pointed("required", lambda found: found[:1]),
    # what is told
    "a 404 repeats the path": echoed(lambda request: request.target, 404),
    "a 405 repeats the path": echoed(lambda request: request.target, 405),
    "a 422 repeats the body": echoed(lambda request: request.body.decode(errors="replace"), 422),
    "a 422 repeats the query": echoed(lambda request: request.target, 422),
    "a 422 repeats each value": override(invalid=value_echoed),
    "an unknown member's value is repeated": override(
        invalid=lambda _, invalid, value, schema: {
            pointer: f"Unknown: {value.get(pointer[1:])!r}" if "additional" in detail else detail
            for pointer, detail in invalid(value, schema).items()
        }
    ),
    "a 400 repeats the body": echoed(lambda request: request.body.decode(errors="replace"), 400),
    "a 415 repeats the Content-Type": echoed(lambda request: request.header("Content-Type") or "", 415),
    "a 400 shows the parser's traceback": override(parsed=shown, problem=traced),
    "a 404 shows the query": of(404, lambda p: {**p, "detail": "SELECT * FROM items: no row"}),
}
