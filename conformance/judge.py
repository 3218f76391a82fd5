"""The outcomes of all cases for one service; and what they come to, given the failures that are known."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from conformance.case import Case, Complaint, Subject, load
from conformance.rules import Rules

DEADLINE = 900.0  # seconds for one service: one that answers slowly must not hang its judges


class Grade(StrEnum):
    """What an outcome or a rule comes to; the worst last."""

    UNJUDGED = "not judged"
    PASS = "pass"  # noqa: S105 - no password
    KNOWN = "known failure"
    UNMET = "unmet SHOULD"  # is shown, and does no more
    UNEXPECTED = "unexpected pass"
    FAIL = "fail"


ORDER = list(Grade)


class JudgeError(Exception):
    """A judgement that could not be made, which is not a service that fails it."""


@dataclass(frozen=True)
class Outcome:
    """What one case says of one rule."""

    rule: str
    case: str
    passed: bool
    message: str = ""  # why it did not pass
    seconds: float = 0.0


def judge(subject: Subject, cases: Iterable[Case] | None = None) -> Iterator[Outcome]:
    """Nothing is judged that needs the service's name, where it has none."""
    end = time.monotonic() + DEADLINE
    for case in load() if cases is None else cases:
        if time.monotonic() > end:
            raise JudgeError(f"{subject.url}: no judgement within {DEADLINE:.0f} s")
        if subject.service or not case.starts:
            yield from outcomes(case, subject)


def outcomes(case: Case, subject: Subject) -> Iterator[Outcome]:
    """One for each rule of the case, and for each that it did not mean to test and found broken."""
    start, complaints = time.monotonic(), list[Complaint]()
    try:
        complaints.extend(case.run(subject))
    except Exception as error:  # noqa: BLE001 - whatever the answer was, the case could not read it
        complaints.append(Complaint(f"{type(error).__name__}: {error}"))
    seconds = time.monotonic() - start
    broken = (rule for complaint in complaints for rule in complaint.rules)
    for rule in dict.fromkeys((*case.rules, *broken)):
        found = [each.text for each in complaints if rule in (each.rules or case.rules)]
        yield Outcome(rule, case.name, not found, "\n".join(found), seconds)


# -- verdicts

Outcomes = Mapping[str, Sequence[Outcome]]  # by service
Cells = Mapping[str, Mapping[str, Grade]]  # by service, by rule


def verdict(rules: Rules, service: str, outcome: Outcome) -> Grade:
    known = any(
        service in failure.services
        and outcome.rule == failure.rule
        and f"{outcome.case}: ".startswith(f"{failure.case}: ")
        for failure in rules.known_failure
    )
    if outcome.passed:
        return Grade.UNEXPECTED if known else Grade.PASS
    if known:
        return Grade.KNOWN
    return Grade.FAIL if rules.level(outcome.rule) == "MUST" else Grade.UNMET


def cells(rules: Rules, outcomes: Outcomes) -> Cells:
    return {service: _column(rules, service, found) for service, found in outcomes.items()}


def _column(rules: Rules, service: str, outcomes: Sequence[Outcome]) -> dict[str, Grade]:
    """The worst verdict of each rule's cases."""
    column = dict.fromkeys(rules.clauses, Grade.UNJUDGED)
    for outcome in outcomes:
        column[outcome.rule] = max(column[outcome.rule], verdict(rules, service, outcome), key=ORDER.index)
    return column


def conforms(cells: Cells) -> bool:
    """A pass that nobody expected fails, too: the list of known failures is to be mended."""
    return not any(
        word in (Grade.FAIL, Grade.UNEXPECTED) for column in cells.values() for word in column.values()
    )
