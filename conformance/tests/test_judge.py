"""A case becomes an outcome of each of its rules, and of each that it found broken; what outcomes come to."""

from collections.abc import Iterator

import pytest

from conformance import judge
from conformance.case import Case, Complaint, Subject, case
from conformance.judge import Grade, JudgeError, Outcome, cells, conforms
from conformance.rules import KnownFailure, Rules

SUBJECT = Subject("http://127.0.0.1:1")


def judged(*complaints: Complaint) -> list[tuple[str, bool, str]]:
    found = judge.outcomes(Case("a case", ("one", "two"), lambda _: complaints), SUBJECT)
    return [(outcome.rule, outcome.passed, outcome.message) for outcome in found]


def test_no_complaint_is_a_pass_of_every_rule() -> None:
    assert judged() == [("one", True, ""), ("two", True, "")]


def test_a_complaint_is_of_all_rules_of_the_case_but_where_it_names_its_own() -> None:
    assert judged(Complaint("a")) == [("one", False, "a"), ("two", False, "a")]
    assert judged(Complaint("a", ("two",))) == [("one", True, ""), ("two", False, "a")]
    assert judged(Complaint("a", ("three",)))[2:] == [("three", False, "a")]


def test_an_answer_that_cannot_be_read_is_a_failure() -> None:
    def unreadable(_subject: Subject) -> Iterator[Complaint]:
        yield Complaint("before")
        raise KeyError("id")

    found = list(judge.outcomes(Case("a case", ("one",), unreadable), SUBJECT))
    assert [outcome.message for outcome in found] == ["before\nKeyError: 'id'"]


def test_a_function_is_a_case_for_each_of_its_examples() -> None:
    @case("doubled", "one", each=[1, 2])
    def doubled(_subject: Subject, number: int) -> Iterator[Complaint]:
        if number == 2:
            yield Complaint("too many")

    found = [outcome for each in doubled for outcome in judge.outcomes(each, SUBJECT)]
    assert [(outcome.case, outcome.passed) for outcome in found] == [
        ("doubled: 1", True),
        ("doubled: 2", False),
    ]


def test_what_starts_a_service_needs_its_name() -> None:
    starts = Case("starts", ("one",), lambda _: (), starts=True)
    assert list(judge.judge(SUBJECT, [starts])) == []
    named = Subject(SUBJECT.url, service="flask_sqlite")
    assert [outcome.case for outcome in judge.judge(named, [starts])] == ["starts"]


def test_a_service_that_takes_too_long_is_not_judged_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "DEADLINE", -1.0)
    with pytest.raises(JudgeError, match="no judgement"):
        list[Outcome](judge.judge(SUBJECT, [Case("a case", ("one",), lambda _: ())]))


# -- verdicts

LISTED = (KnownFailure(services=("one",), rule="must", case="a", reason="..."),)
PLAIN = Rules(must={"must": "..."}, should={"should": "..."})
KNOWING = PLAIN.model_copy(update={"known_failure": LISTED})


def judgements(*passed: bool, rule: str = "must", service: str = "one") -> dict[str, list[Outcome]]:
    return {
        service: [
            Outcome(rule, case, ok, "" if ok else "why") for case, ok in zip("ab", passed, strict=False)
        ]
    }


@pytest.mark.parametrize(
    ("rules", "passed", "word", "conformant"),
    [
        (PLAIN, (True, True), Grade.PASS, True),
        (PLAIN, (True, False), Grade.FAIL, False),
        (PLAIN, (False, True), Grade.FAIL, False),
        (PLAIN, (), Grade.UNJUDGED, True),
        (KNOWING, (False, True), Grade.KNOWN, True),
        (KNOWING, (True, True), Grade.UNEXPECTED, False),
        (KNOWING, (False, False), Grade.FAIL, False),
    ],
)
def test_a_rule_comes_to_the_worst_of_its_cases(
    rules: Rules, passed: tuple[bool, ...], word: str, conformant: bool
) -> None:
    found = cells(rules, judgements(*passed))
    assert found["one"]["must"] == word
    assert conforms(found) is conformant


def test_a_should_that_is_not_met_is_shown_and_no_more() -> None:
    found = cells(PLAIN, judgements(False, rule="should"))
    assert found["one"]["should"] == Grade.UNMET
    assert conforms(found)


def test_a_known_failure_is_that_of_one_service() -> None:
    assert cells(KNOWING, judgements(False, service="two"))["two"]["must"] == Grade.FAIL
