"""What the outcomes of a service come to, rule by rule, given the failures that the ledger knows of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.ledger import Ledger
from conformance.outcome import Outcome

PASS, FAIL, KNOWN, UNEXPECTED, UNJUDGED = "pass", "fail", "known failure", "unexpected pass", "not judged"
BAD = (FAIL, UNEXPECTED)

Outcomes = Mapping[str, Sequence[Outcome]]  # by service
Cells = dict[str, dict[str, str]]  # by service, by rule


@dataclass(frozen=True)
class Finding:
    service: str
    outcome: Outcome
    verdict: str


def verdict(ledger: Ledger, service: str, outcome: Outcome) -> str:
    known = any(
        (failure.service, failure.rule) == (service, outcome.rule)
        and f"{outcome.case}: ".startswith(f"{failure.case}: ")
        for failure in ledger.known_failure
    )
    if outcome.passed:
        return UNEXPECTED if known else PASS
    return KNOWN if known else FAIL


def cells(ledger: Ledger, outcomes: Outcomes) -> Cells:
    return {service: _column(ledger, service, found) for service, found in outcomes.items()}


def _column(ledger: Ledger, service: str, outcomes: Sequence[Outcome]) -> dict[str, str]:
    """The worst verdict of each rule's cases."""
    column = dict.fromkeys(ledger.rule, UNJUDGED)
    order = (UNJUDGED, PASS, KNOWN, UNEXPECTED, FAIL)
    for outcome in outcomes:
        column[outcome.rule] = max(column[outcome.rule], verdict(ledger, service, outcome), key=order.index)
    return column


def findings(ledger: Ledger, outcomes: Outcomes) -> Iterator[Finding]:
    """Everything but the passes."""
    for service, found in outcomes.items():
        for outcome in found:
            if (word := verdict(ledger, service, outcome)) != PASS:
                yield Finding(service, outcome, word)


def conforms(ledger: Ledger, found: Cells) -> bool:
    """A SHOULD that fails is shown and does no more; a pass that nobody expected fails at any level."""
    return not any(
        word == UNEXPECTED or (word == FAIL and ledger.rule[rule].level == "MUST")
        for column in found.values()
        for rule, word in column.items()
    )
