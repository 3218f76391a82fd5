"""Does the gate see a fault? Its judges look at the faulty server in turn, the cheap ones first."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from conformance import cases
from conformance.cases import Case
from conformance.differential import ResetError, difference
from conformance.judge import judge
from conformance.outcome import failed
from conformance.test_cases import run

from .faults import faults
from .server import serving
from .service import Service


@dataclass(frozen=True)
class Verdict:
    fault: str
    judge: str  # that killed it, or "" for a survivor
    reason: str
    seconds: float


def raw_cases(service: type[Service]) -> str:
    """The first complaint of the raw cases: one example of each case, then all the others."""
    with serving(service()) as url:
        for case, each, name in sorted_examples():
            try:
                run(url, case, each, [])
            except pytest.fail.Exception as failure:
                return f"{name}: {failure}"
            except Exception as error:  # noqa: BLE001 - an answer that the case cannot read
                return f"{name}: {error!r}"
    return ""


def sorted_examples() -> Iterator[tuple[Case, str, str]]:
    found = [(n, case, *e) for case in cases.load() for n, e in enumerate(cases.examples(case))]
    for _number, case, each, name in sorted(found, key=lambda example: example[0]):
        yield case, each, name


def against_twin(service: type[Service]) -> str:
    """How the faulty server differs from the correct one."""
    with serving(service()) as faulty, serving(Service()) as correct:
        try:
            found = difference({"faulty": faulty, "correct": correct}, shrink=False)
        except ResetError as error:
            return str(error)
    return str(found.steps[-1]) if found else ""


def concurrency(service: type[Service]) -> str:
    return complaint(service, "test_concurrency.py")


def schemathesis(service: type[Service]) -> str:
    return complaint(service, "test_schemathesis.py")


def complaint(service: type[Service], module: str) -> str:
    with serving(service()) as url:
        outcomes = failed(judge(url, short=True, modules=[module]))
    return f"{outcomes[0].case}: {outcomes[0].message}" if outcomes else ""


JUDGES: dict[str, Callable[[type[Service]], str]] = {
    "cases": raw_cases,
    "differential": against_twin,
    "concurrency": concurrency,
    "schemathesis": schemathesis,
}


def verdict(fault: str, judges: tuple[str, ...] = tuple(JUDGES)) -> Verdict:
    start = time.monotonic()
    service = faults().get(fault, Service)
    for name in judges:
        if reason := JUDGES[name](service):
            return Verdict(fault, name, reason, time.monotonic() - start)
    return Verdict(fault, "", service.__doc__ or "", time.monotonic() - start)
