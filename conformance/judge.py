"""The outcomes of all cases for one service."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conformance.case import Case, Complaint, Subject, load

DEADLINE = 900.0  # seconds for one service: one that answers slowly must not hang its judges


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
