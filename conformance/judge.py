"""The outcomes of all cases for one service, and what they come to; and, before all, whether one is there."""

import json
import signal
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from types import FrameType
from typing import NoReturn

import h11

from conformance.case import Case, Complaint, Level, Subject
from conformance.rules import Rules
from harness.wire import Answer, Request, exchange

ASKED = ("/hello", "/healthz", "/items?limit=1")  # to see whether there is a service
PATIENCE = 10.0  # seconds for any of them, and for the list of items
DEADLINE = 900.0  # seconds for one service: one that answers slowly must not hang its judges
SILENT = 3  # cases of a level that got no answer in time: the others would get none either
AGAIN = 5.0  # seconds for what a case does on its way out
SILENCE = "no answer in time"
MESSAGE = 2_000  # characters
# what comes of a list that cannot be read, or of a server that does not answer
UNLISTED = (ValueError, TypeError, RecursionError, OSError, h11.ProtocolError)


class Grade(StrEnum):
    """What an outcome or a rule comes to; the worst last."""

    UNJUDGED = "not judged"
    PASS = "pass"  # noqa: S105 - no password
    KNOWN = "known failure"
    UNMET = "unmet SHOULD"  # is shown, and does no more
    UNEXPECTED = "unexpected pass"
    FAIL = "fail"


ORDER = list(Grade)
BAD = (Grade.FAIL, Grade.UNEXPECTED)


@dataclass(frozen=True)
class Outcome:
    """What one case says of one rule."""

    rule: str
    case: str
    passed: bool
    message: str = ""  # why it did not pass
    seconds: float = 0.0
    complaints: tuple[Complaint, ...] = ()


@dataclass
class Judgement:
    """Of one service. It grows while the cases run: what was found stays, whatever ends them."""

    outcomes: list[Outcome] = field(default_factory=list)
    levels: dict[Level, Grade] = field(default_factory=dict)  # those that were begun
    stopped: str = "interrupted"  # why it is not at its end, if it is not


def judge(
    subject: Subject,
    cases: Iterable[Case],
    rules: Rules,
    judgement: Judgement,
    name: str,
    *,
    all_levels: bool = False,
) -> Iterator[tuple[int, int, Level]]:
    """Level by level, to the first that fails. What starts a service needs its name.

    Before each case: its number, of how many, and its level.
    """
    end = time.monotonic() + DEADLINE
    able = [case for case in cases if subject.service or not case.databases]
    for level, numbered in groupby(enumerate(able, start=1), lambda pair: pair[1].level):
        judgement.levels[level] = Grade.UNJUDGED
        failed = silent = 0
        for number, case in numbered:
            yield number, len(able), level
            case_outcomes = list(outcomes(case, subject))
            judgement.outcomes += case_outcomes
            wrong = [outcome for outcome in case_outcomes if verdict(rules, name, outcome) == Grade.FAIL]
            failed += bool(wrong)
            silent += any(complaint.cause == SILENCE for outcome in wrong for complaint in outcome.complaints)
            if time.monotonic() > end:
                judgement.stopped = f"no judgement within {DEADLINE:.0f} s"
                return
            if silent == SILENT:
                break
        judgement.levels[level] = Grade.FAIL if failed else Grade.PASS
        if failed and not all_levels:
            break
    judgement.stopped = ""


def outcomes(case: Case, subject: Subject) -> Iterator[Outcome]:
    """One for each rule of the case, and for each that it did not mean to test and found broken."""
    start, complaints = time.monotonic(), list[Complaint]()
    try:
        with limited(case.limit):
            complaints.extend(case.run(subject))
    except OutOfTime:
        complaints.append(Complaint(f"not done within {case.limit:.0f} s", cause=SILENCE))
    except Exception as error:  # noqa: BLE001 - whatever the answer was, the case could not read it
        text = f"{type(error).__name__}: {error}"
        late = isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError)
        complaints.append(Complaint(text, cause=SILENCE if late else text))
    seconds = time.monotonic() - start
    broken = (rule for complaint in complaints for rule in complaint.rules)
    for rule in dict.fromkeys((*case.rules, *broken)):
        reasons = tuple(complaint for complaint in complaints if rule in (complaint.rules or case.rules))
        message = "\n".join(complaint.text for complaint in reasons)[:MESSAGE]
        yield Outcome(rule, case.name, not reasons, message, seconds, reasons)


class OutOfTime(BaseException):
    """Not an Exception: no case may take it for an answer."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises OutOfTime in the block, and again and again should its cleaning up hang, too."""
    before = signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _out_of_time(_number: int, _frame: FrameType | None) -> NoReturn:
    raise OutOfTime


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
    if known or outcome.rule in rules.allowed:
        return Grade.KNOWN
    return Grade.UNMET if rules.level(outcome.rule) == "SHOULD" else Grade.FAIL


def cells(rules: Rules, outcomes: Outcomes) -> Cells:
    """The worst verdict of each rule's cases."""
    columns = {service: dict.fromkeys(rules.clauses, Grade.UNJUDGED) for service in outcomes}
    for service, column in columns.items():
        for outcome in outcomes[service]:
            grade = verdict(rules, service, outcome)
            column[outcome.rule] = max(column[outcome.rule], grade, key=ORDER.index)
    return columns


def conforms(cells: Cells) -> bool:
    """A pass that nobody expected fails, too: the list of known failures is to be mended."""
    return not any(grade in BAD for column in cells.values() for grade in column.values())


# -- before all levels


@contextmanager
def patient() -> Iterator[None]:
    """What a server does not list, or not in time, is left to the cases."""
    with suppress(*UNLISTED, OutOfTime), limited(PATIENCE):
        yield


def unreachable(url: str) -> str:
    """Why there is nothing to judge, in one line: what was asked, and what came. Empty where there is."""
    answers = []
    for target in ASKED:
        try:
            with limited(PATIENCE):
                answer = exchange(url, Request("GET", target))
        except (TimeoutError, OutOfTime):
            return f"{url}: GET {target}: no answer within {PATIENCE:.0f} s."
        except h11.ProtocolError as error:
            return f"{url}: GET {target}: what came is no HTTP: {error}"
        except ssl.SSLCertVerificationError as error:
            return f"{url}: {error.verify_message}. SSL_CERT_FILE=FILE names the certificates to be trusted."
        except (OSError, ValueError, OverflowError) as error:
            return f"No HTTP server answers at {url}: {error}"
        if answer is not None and answer.status == 200:
            with suppress(ValueError, RecursionError):
                json.loads(answer.body)
                return ""
        answers.append(f"GET {target}: {described(answer)}")
    return f"Another API is at {url}, where each of these is 200 with JSON: {'; '.join(answers)}"


def described(answer: Answer | None) -> str:
    if answer is None:
        return "the connection was closed"
    redirect = f" to {answer.header('Location')}" if 300 <= answer.status < 400 else ""
    return f"{answer.status}{redirect} {answer.media_type}".strip()
