"""What stands in cases/*.toml is sent, and what is expected there is compared."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.case import Complaint, Subject
from conformance.reference.server import serving
from conformance.reference.service import Reference
from conformance.script import FOLDER, Script, with_steps

RULES = {"rules": ["order-one", "order-first"]}  # a MUST and a SHOULD


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(Reference()) as server_url:
        yield server_url


def run(url: str, example: str = "", **case: Any) -> list[Complaint]:
    return list(Script.model_validate(with_steps({**RULES, **case})).run(example, Subject(url)))


def test_the_statuses_are_alternatives_and_the_rest_is_of_the_first(url: str) -> None:
    assert run(url, request="GET /hello", status=[200, 404], json='{"message": "Hello, World!"}') == []
    assert run(url, request="GET /hello", status=[404, 200], json='"something else"') == []
    (complaint,) = run(url, request="GET /hello", status=[400, 404])
    assert "status 200, not 400 or 404" in complaint.text
    assert complaint.rules == ()


def test_what_only_should_be_breaks_only_rules_of_that_level(url: str) -> None:
    assert run(url, request="GET /nope", status=[404, 405], should={"status": 404}) == []
    (complaint,) = run(url, request="GET /nope", status=[404, 405], should={"status": 405})
    assert complaint.rules == ("order-first",)


def test_items_exist_before_and_are_gone_afterwards(url: str) -> None:
    steps = [
        {"request": "GET /items?after=$id1", "status": 200, "json": "[$given2]"},
        {"request": ["GET /items/$id1", "GET /items/$escaped2"], "status": 200},
    ]
    assert run(url, given=2, steps=steps) == []
    assert run(url, request="POST //items", body="$lamp", status=201) == []
    assert run(url, request="GET /items", status=200, json="[]") == []


def test_a_step_is_the_last_where_its_answer_is_wrong(url: str) -> None:
    steps = [{"request": "POST /items", "status": 201}, {"request": "GET /items/$id", "status": 200}]
    (complaint,) = run(url, steps=steps)
    assert complaint.text.startswith("POST /items\n")


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"request": "GET /items", "status": 200, "count": 1}, "the number of items: 0, not 1"),
        ({"request": "GET /items", "status": 200, "json": "[1]"}, "the body of GET /items: [], not [1]"),
        ({"request": "POST /echo", "body": "[1]", "status": 200, "json": "[true]"}, "[1], not [True]"),
        ({"request": "PUT /items", "status": 405, "allow": ["GET"]}, "Allow: "),
        ({"request": "GET /hello", "status": 200, "holds": "Bye"}, "'Bye' is not in the body"),
        ({"request": "POST /items", "body": "{}", "status": 422, "errors": ["body /name"]}, "'body /price'"),
        ({"request": "POST /items", "body": "$lamp", "status": 201, "item": "{}"}, "the body of POST"),
    ],
)
def test_each_expectation_can_be_wrong(url: str, wrong: dict[str, Any], text: str) -> None:
    (complaint,) = run(url, **wrong)
    assert text in complaint.text


def test_the_example_of_the_readme_is_a_case(url: str) -> None:
    text = (FOLDER.parent / "README.md").read_text().split("```toml\n")[1].split("```")[0]
    ((_, case),) = tomllib.loads(text).items()
    script = Script.model_validate(with_steps(case))
    assert [list(script.run(example, Subject(url))) for example in script.examples] == [[], []]
