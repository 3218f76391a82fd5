"""The raw cases, each on connections of its own."""

import json
from collections.abc import Iterator
from string import Template

import pytest

from conformance import answers, cases
from conformance.cases import Case
from harness.wire import Answer, Request, exchange


def params() -> Iterator[object]:
    for case in cases.load():
        for each, name in cases.examples(case):
            yield pytest.param(case, each, id=name, marks=pytest.mark.case(case.name))


@pytest.mark.parametrize(("case", "each"), list(params()))
def test_case(url: str, case: Case, each: str) -> None:
    created: list[int] = []
    try:
        run(url, case, each, created)
    finally:
        for item_id in created:
            exchange(url, Request("DELETE", f"/items/{item_id}"))


def run(url: str, case: Case, each: str, created: list[int]) -> None:
    names = {"each": each}
    for number in range(1, case.given + 1):
        body = json.dumps({"name": f"Given {number}", "description": "before", "price": 1.5, "quantity": 7})
        request = Request("POST", "/items", ("Content-Type: application/json",), body.encode(), "length")
        remember(exchange(url, request), names, created)
    before: Answer | None = None
    for step in case.steps:
        names["each"] = Template(each).safe_substitute(names)
        request = step.sent(names)
        answer = exchange(url, request)
        if answer is None:
            if not step.or_no_answer:
                pytest.fail(f"{shown(request)}\nno answer", pytrace=False)
            continue
        remember(answer, names, created)
        complaints = list(answers.every_answer(request, answer))
        # A body that is not as declared cannot be compared; a status can.
        if not complaints or answer.status != step.status:
            complaints = [*answers.expected(step, names, request, answer, before), *complaints]
        if complaints:
            pytest.fail("\n".join([shown(request), *complaints]), pytrace=False)
        before = answer


def remember(answer: Answer | None, names: dict[str, str], created: list[int]) -> None:
    if answer is None or answer.status != 201:
        return
    item_id = answer.json()["id"]
    created.append(item_id)
    names["id"] = names[f"id{len(created)}"] = str(item_id)
    names[f"escaped{len(created)}"] = "".join(f"%{ord(digit):x}" for digit in str(item_id))


def shown(request: Request) -> str:
    body = f"({request.framing}, {len(request.body)} bytes) {request.body[:300]!r}"
    return "\n".join([f"{request.method} {request.target}", *request.headers, body])
