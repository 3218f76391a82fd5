"""A case becomes an outcome of each of its rules, and of each that it found broken; what outcomes come to."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

import pytest

from conformance import judge
from conformance.case import Case, Complaint, Level, Subject, case
from conformance.judge import Grade, Judgement, Outcome, cells, conforms
from conformance.rules import KnownFailure, Rules

SUBJECT = Subject("http://127.0.0.1:1")


def judged(*complaints: Complaint) -> list[tuple[str, bool, str]]:
    outcomes = judge.outcomes(Case("a case", ("one", "two"), lambda _: complaints), SUBJECT)
    return [(outcome.rule, outcome.passed, outcome.message) for outcome in outcomes]


def test_a_complaint_is_of_all_rules_of_the_case_but_where_it_names_its_own() -> None:
    assert judged() == [("one", True, ""), ("two", True, "")]
    assert judged(Complaint("a")) == [("one", False, "a"), ("two", False, "a")]
    assert judged(Complaint("a", ("two",))) == [("one", True, ""), ("two", False, "a")]
    assert judged(Complaint("a", ("three",)))[2:] == [("three", False, "a")]


def test_an_answer_that_cannot_be_read_is_a_failure() -> None:
    def unreadable(_subject: Subject) -> Iterator[Complaint]:
        yield Complaint("before")
        raise KeyError("id")

    outcomes = list(judge.outcomes(Case("a case", ("one",), unreadable), SUBJECT))
    assert [outcome.message for outcome in outcomes] == ["before\nKeyError: 'id'"]


def test_a_function_is_a_case_for_each_of_its_examples() -> None:
    @case("doubled", "one", examples=[1, 2])
    def doubled(_subject: Subject, number: int) -> Iterator[Complaint]:
        if number == 2:
            yield Complaint("too many")

    first, second = (outcome for example in doubled for outcome in judge.outcomes(example, SUBJECT))
    assert (first.case, first.passed, second.case, second.passed) == ("doubled: 1", True, "doubled: 2", False)


# -- a run, level by level

LEVELS = [Level.BASICS, Level.ITEMS, Level.ERRORS]


def fails(_subject: Subject) -> list[Complaint]:
    return [Complaint("why")]


def hangs(_subject: Subject) -> Iterator[Complaint]:
    threading.Event().wait(60)
    yield Complaint("too late")


def run(*cases: Case, subject: Subject = SUBJECT, all_levels: bool = False) -> Judgement:
    judgement = Judgement()
    list(judge.judge(subject, cases, PLAIN, judgement, "one", all_levels=all_levels))
    return judgement


def of(
    level: Level, run: Callable[[Subject], Iterable[Complaint]] = lambda _: (), rule: str = "must"
) -> Case:
    return Case(f"{level} {rule}", (rule,), run, level)


@pytest.mark.parametrize(
    ("rule", "all_levels", "grades"),
    [
        ("must", False, [Grade.PASS, Grade.FAIL]),
        ("must", True, [Grade.PASS, Grade.FAIL, Grade.PASS]),
        ("should", False, [Grade.PASS, Grade.PASS, Grade.PASS]),
    ],
)
def test_the_first_level_that_fails_is_the_last(rule: str, all_levels: bool, grades: list[Grade]) -> None:
    cases = [of(LEVELS[0]), of(LEVELS[1], fails, rule), of(LEVELS[1]), of(LEVELS[2])]
    judgement = run(*cases, all_levels=all_levels)
    assert list(judgement.levels.values()) == grades
    assert judgement.stopped == ""
    assert len(judgement.outcomes) == len(grades) + 1


def test_what_starts_a_service_needs_its_name() -> None:
    starts = Case("starts", ("one",), lambda _: (), databases=("sqlite",))
    assert run(starts).outcomes == []
    named = Subject(SUBJECT.url, service="flask_sqlite")
    assert [outcome.case for outcome in run(starts, subject=named).outcomes] == ["starts"]


def test_a_service_that_takes_too_long_is_not_judged_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "DEADLINE", -1.0)
    judgement = run(of(LEVELS[0]), of(LEVELS[0]))
    assert "no judgement" in judgement.stopped
    assert len(judgement.outcomes) == 1  # what was found is kept


def test_a_case_that_hangs_is_a_failure_and_after_three_the_level_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Case, "limit", 0.05)
    judgement = run(*[of(LEVELS[0], hangs)] * 5)
    assert [outcome.complaints[0].cause for outcome in judgement.outcomes] == [judge.SILENCE] * 3
    assert judgement.levels == {LEVELS[0]: Grade.FAIL}


def test_a_case_may_not_take_its_end_for_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Case, "limit", 0.05)
    monkeypatch.setattr(judge, "AGAIN", 0.05)

    def stubborn(subject: Subject) -> Iterator[Complaint]:
        try:
            with suppress(Exception):
                yield from hangs(subject)
        finally:
            list(hangs(subject))

    assert [outcome.passed for outcome in run(of(LEVELS[0], stubborn)).outcomes] == [False]


# -- verdicts

LISTED = (KnownFailure(services=("one",), rule="must", case="a", reason="a reason."),)
PLAIN = Rules(must={"must": "..."}, should={"should": "..."}, left_open={"open": "..."})
KNOWING = PLAIN.model_copy(update={"known_failure": LISTED})


def judgements(*passed: bool, rule: str = "must", service: str = "one") -> dict[str, list[Outcome]]:
    cases = zip("ab", passed, strict=False)
    return {service: [Outcome(rule, case, ok, "" if ok else "why") for case, ok in cases]}


@pytest.mark.parametrize(
    ("rules", "service", "rule", "passed", "grade"),
    [
        (PLAIN, "one", "must", (True, True), Grade.PASS),
        (PLAIN, "one", "must", (True, False), Grade.FAIL),  # the worst of its cases
        (PLAIN, "one", "must", (False, True), Grade.FAIL),
        (PLAIN, "one", "must", (), Grade.UNJUDGED),
        (PLAIN, "one", "should", (False,), Grade.UNMET),  # it is shown, and does no more
        (PLAIN, "one", "open", (False,), Grade.FAIL),  # its bounds were overstepped
        (KNOWING, "one", "must", (False, True), Grade.KNOWN),
        (KNOWING, "one", "must", (True, True), Grade.UNEXPECTED),
        (KNOWING, "one", "must", (False, False), Grade.FAIL),
        (KNOWING, "two", "must", (False,), Grade.FAIL),  # a known failure is that of one service
        (PLAIN.model_copy(update={"allowed": {"must": "a reason"}}), "one", "must", (False,), Grade.KNOWN),
    ],
)
def test_what_the_cases_of_a_rule_come_to(
    rules: Rules, service: str, rule: str, passed: tuple[bool, ...], grade: Grade
) -> None:
    grades = cells(rules, judgements(*passed, rule=rule, service=service))
    assert grades[service][rule] == grade
    assert conforms(grades) == (grade not in (Grade.FAIL, Grade.UNEXPECTED))
