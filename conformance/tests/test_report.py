"""The outcomes as a reader, a program and a CI server get them."""

import json
from xml.etree import ElementTree as ET

import pytest

from conformance import contract, report
from conformance.case import LEVELS, Level
from conformance.findings import Run
from conformance.judge import Grade, Judgement, Outcome, cells
from conformance.rules import Rules
from conformance.tests.test_judge import KNOWING, PLAIN, judgements


def test_junit_has_every_outcome_and_bears_any_character() -> None:
    outcomes = {"one": [Outcome("must", "a \x00 \ud800", False, "why \x1b"), Outcome("must", "b", True)]}
    root = ET.fromstring(report.as_junit(PLAIN, outcomes))  # noqa: S314 - our own
    assert contract.edition() in root.get("name", "")
    [suite] = root
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case[:] != [] for case in suite] == [True, False]


def test_json_has_every_outcome_and_the_page_the_findings() -> None:
    outcomes = judgements(True, False)
    judged = {"one": Judgement(outcomes["one"], stopped="")}
    read = json.loads(report.as_json(PLAIN, judged, cells(PLAIN, outcomes), RUN))
    assert read["edition"] == contract.edition()
    assert read["services"]["one"]["rules"]["must"] == Grade.FAIL
    assert [outcome["passed"] for outcome in read["services"]["one"]["outcomes"]] == [True, False]
    assert "(fail, 1 case)" in report.as_html(PLAIN, judged, RUN)


@pytest.mark.parametrize(
    ("rules", "passed", "summary"),
    [
        (PLAIN, (True, True), "one: 2 cases, all as expected"),
        (KNOWING, (False, False), "one: 2 cases, 1 fail, 1 known failure"),
        (KNOWING, (True, True), "one: 2 cases, 1 unexpected pass"),
    ],
)
def test_a_count_tells_what_is_expected_from_what_is_not(
    rules: Rules, passed: tuple[bool, ...], summary: str
) -> None:
    assert report.count(rules, "one", judgements(*passed)["one"]) == summary


RUN = Run(url="", seed=1, short=False, only="", may_delete=False)
ALL = dict.fromkeys(LEVELS, Grade.PASS)


@pytest.mark.parametrize(
    ("levels", "claim"),
    [
        ({}, ""),
        ({Level.BASICS: Grade.FAIL, Level.ITEMS: Grade.PASS}, ""),
        ({**ALL, Level.ERRORS: Grade.FAIL}, "up to the level *items*, without deviations."),
        (ALL, "on all levels, without deviations."),
    ],
)
def test_a_claim_is_of_the_levels_from_the_first_on(levels: dict[Level, Grade], claim: str) -> None:
    assert report.claim(PLAIN, "one", Judgement(levels=levels), RUN).endswith(claim)
    assert bool(claim) == bool(report.reached(Judgement(levels=levels)))


def test_a_claim_names_the_deviations_that_there_are() -> None:
    rules = PLAIN.model_copy(update={"allowed": {"must": "a reason", "should": "another"}})
    judgement = Judgement(judgements(False)["one"], dict(ALL))
    assert report.claim(rules, "one", judgement, RUN).endswith("on all levels, but for `must`: a reason.")
    assert report.claim(rules, "one", judgement, {**RUN, "short": True}) == ""


@pytest.mark.parametrize(
    ("service", "url", "ending"),
    [
        ("one", "", "on all levels, but for `must`: a reason."),
        ("two", "", "on all levels, without deviations."),  # a known failure is that of one service
        ("two", "https://x", "without deviations; over TLS, without the cases of a bare connection."),
    ],
)
def test_a_claim_names_known_failures_and_what_tls_leaves_out(service: str, url: str, ending: str) -> None:
    judgement = Judgement(judgements(False)["one"], dict(ALL))
    assert report.claim(KNOWING, service, judgement, {**RUN, "url": url}).endswith(ending)


@pytest.mark.parametrize(
    ("levels", "stopped", "step"),
    [
        ({Level.BASICS: Grade.PASS, Level.ITEMS: Grade.FAIL}, "", "Next: the level items, create, read"),
        (ALL, "", "No MUST"),
        (ALL, "interrupted", "Not judged to the end: interrupted"),
    ],
)
def test_a_run_ends_with_the_next_step(levels: dict[Level, Grade], stopped: str, step: str) -> None:
    assert report.next_step(Judgement(levels=levels, stopped=stopped)).startswith(step)
