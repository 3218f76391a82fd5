"""What outcomes come to."""

import pytest

from conformance.judge import FAIL, KNOWN, PASS, UNEXPECTED, UNJUDGED, UNMET, Outcome, cells, conforms
from conformance.rules import KnownFailure, Rules

LISTED = (KnownFailure(services=("one",), rule="must", case="a", reason="..."),)
PLAIN = Rules(must={"must": "..."}, should={"should": "..."})
KNOWING = PLAIN.model_copy(update={"known_failure": LISTED})


def outcomes(*passed: bool, rule: str = "must", service: str = "one") -> dict[str, list[Outcome]]:
    return {
        service: [
            Outcome(rule, case, ok, "" if ok else "why") for case, ok in zip("ab", passed, strict=False)
        ]
    }


@pytest.mark.parametrize(
    ("rules", "passed", "word", "conformant"),
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
    rules: Rules, passed: tuple[bool, ...], word: str, conformant: bool
) -> None:
    found = cells(rules, outcomes(*passed))
    assert found["one"]["must"] == word
    assert conforms(found) is conformant


def test_a_should_that_is_not_met_is_shown_and_no_more() -> None:
    found = cells(PLAIN, outcomes(False, rule="should"))
    assert found["one"]["should"] == UNMET
    assert conforms(found)


def test_a_known_failure_is_that_of_one_service() -> None:
    assert cells(KNOWING, outcomes(False, service="two"))["two"]["must"] == FAIL
