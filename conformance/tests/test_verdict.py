"""What outcomes come to."""

import json
from xml.etree import ElementTree as ET

import pytest

from conformance import report
from conformance.ledger import KnownFailure, Ledger, Rule
from conformance.outcome import Outcome
from conformance.verdict import FAIL, KNOWN, PASS, UNEXPECTED, UNJUDGED, cells, conforms, findings

RULES = {
    "must": Rule(level="MUST", clause="...", cases=("a", "b")),
    "should": Rule(level="SHOULD", clause="...", cases=("c",)),
}
LISTED = (KnownFailure(service="one", rule="must", case="a", reason="..."),)
PLAIN, KNOWING = Ledger(rule=RULES), Ledger(rule=RULES, known_failure=LISTED)


def outcomes(*passed: bool, rule: str = "must", service: str = "one") -> dict[str, list[Outcome]]:
    return {
        service: [
            Outcome(rule, case, ok, "" if ok else "why") for case, ok in zip("ab", passed, strict=False)
        ]
    }


@pytest.mark.parametrize(
    ("ledger", "passed", "word", "conformant"),
    [
        (PLAIN, (True, True), PASS, True),
        (PLAIN, (True, False), FAIL, False),
        (PLAIN, (False, True), FAIL, False),
        (PLAIN, (), UNJUDGED, True),
        (KNOWING, (False, True), KNOWN, True),
        (KNOWING, (True, True), UNEXPECTED, False),
        (KNOWING, (False, False), FAIL, False),
    ],
)
def test_a_rule_comes_to_the_worst_of_its_cases(
    ledger: Ledger, passed: tuple[bool, ...], word: str, conformant: bool
) -> None:
    found = cells(ledger, outcomes(*passed))
    assert found["one"]["must"] == word
    assert conforms(ledger, found) is conformant


def test_a_should_that_fails_is_shown_and_no_more() -> None:
    found = cells(PLAIN, outcomes(False, rule="should"))
    assert found["one"]["should"] == FAIL
    assert conforms(PLAIN, found)


def test_a_known_failure_is_that_of_one_service() -> None:
    assert cells(KNOWING, outcomes(False, service="two"))["two"]["must"] == FAIL


def test_a_case_of_several_rules_is_shown_once() -> None:
    both = {"one": [Outcome("must", "a", False, "why"), Outcome("should", "a", False, "why")]}
    lines = list(report.lines(list(findings(PLAIN, both))))
    assert lines == ["one: fail: a (must, should)", "    why"]


def test_junit_has_every_outcome_and_bears_any_character() -> None:
    given = {"one": [Outcome("must", "a \x00 \ud800", False, "why \x1b"), Outcome("must", "b", True)]}
    suite = ET.fromstring(report.as_junit(PLAIN, given))[0]  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case[:] != [] for case in suite] == [True, False]


def test_json_has_every_outcome() -> None:
    given = outcomes(True, False)
    read = json.loads(report.as_json(PLAIN, given, cells(PLAIN, given), {"seed": 1, "short": False}))
    assert read["services"]["one"]["rules"]["must"] == FAIL
    assert [outcome["passed"] for outcome in read["services"]["one"]["outcomes"]] == [True, False]


@pytest.mark.parametrize(
    ("ledger", "passed", "told"),
    [
        (PLAIN, (True, True), "one: 2 cases, all as expected"),
        (PLAIN, (True, False), "one: 2 cases, 1 fail"),
        (KNOWING, (False, False), "one: 2 cases, 1 known failure, 1 fail"),
        (KNOWING, (True, True), "one: 2 cases, 1 unexpected pass"),
    ],
)
def test_a_count_tells_what_is_expected_from_what_is_not(
    ledger: Ledger, passed: tuple[bool, ...], told: str
) -> None:
    assert report.count(ledger, "one", outcomes(*passed)["one"]) == told


def test_the_worst_is_shown_first() -> None:
    lines = list(report.lines(list(findings(KNOWING, outcomes(False, False)))))
    assert lines == ["one: fail: b (must)", "    why", "one: known failure: a (must)"]
