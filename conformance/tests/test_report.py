"""The outcomes as a reader, a program and a CI server get them."""

import json
from xml.etree import ElementTree as ET

import pytest

from conformance import report
from conformance.judge import Grade, Outcome, cells
from conformance.rules import Rules
from conformance.tests.test_judge import KNOWING, PLAIN, judgements


def lines(rules: Rules, *judged: Outcome) -> list[str]:
    return list(report.lines(rules, {"one": judged}))


def test_a_case_of_several_rules_is_shown_once() -> None:
    two = Rules(must={"one": "...", "other": "..."}, should={})
    both = [Outcome("one", "a", False, "why"), Outcome("other", "a", False, "why")]
    assert lines(two, *both) == ["one: fail: one, other: a", "    why"]


def test_a_must_is_shown_before_a_should() -> None:
    both = [Outcome("should", "a", False, "why"), Outcome("must", "a", False, "why")]
    assert lines(PLAIN, *both) == [
        "one: fail: must: a",
        "    why",
        "one: unmet SHOULD: should: a",
        "    why",
    ]


def test_a_rule_of_several_cases_is_shown_by_the_first() -> None:
    found = lines(PLAIN, *(Outcome("must", case, False, f"why {case}") for case in "abc"))
    assert found == ["one: fail: must: a, and 2 more cases", "    why a"]


def test_junit_has_every_outcome_and_bears_any_character() -> None:
    given = {"one": [Outcome("must", "a \x00 \ud800", False, "why \x1b"), Outcome("must", "b", True)]}
    suite = ET.fromstring(report.as_junit(PLAIN, given))[0]  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case[:] != [] for case in suite] == [True, False]


def test_json_has_every_outcome() -> None:
    given = judgements(True, False)
    read = json.loads(report.as_json(PLAIN, given, cells(PLAIN, given), {"seed": 1, "short": False}))
    assert read["services"]["one"]["rules"]["must"] == Grade.FAIL
    assert [outcome["passed"] for outcome in read["services"]["one"]["outcomes"]] == [True, False]


@pytest.mark.parametrize(
    ("rules", "passed", "told"),
    [
        (PLAIN, (True, True), "one: 2 cases, all as expected"),
        (PLAIN, (True, False), "one: 2 cases, 1 fail"),
        (KNOWING, (False, False), "one: 2 cases, 1 fail, 1 known failure"),
        (KNOWING, (True, True), "one: 2 cases, 1 unexpected pass"),
    ],
)
def test_a_count_tells_what_is_expected_from_what_is_not(
    rules: Rules, passed: tuple[bool, ...], told: str
) -> None:
    assert report.count(rules, "one", judgements(*passed)["one"]) == told


def test_the_worst_is_shown_first() -> None:
    found = lines(KNOWING, *judgements(False, False)["one"])
    assert found == ["one: fail: must: b", "    why", "one: known failure: must: a"]
