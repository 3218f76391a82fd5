"""What the outcomes of a service come to, rule by rule, given the failures that are known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.judge import Outcome
from conformance.rules import Rules

PASS, UNJUDGED, KNOWN = "pass", "not judged", "known failure"
UNMET = "unmet SHOULD"  # is shown, and does no more
UNEXPECTED, FAIL = "unexpected pass", "fail"
ORDER = (UNJUDGED, PASS, KNOWN, UNMET, UNEXPECTED, FAIL)  # the worst last

Outcomes = Mapping[str, Sequence[Outcome]]  # by service
Cells = dict[str, dict[str, str]]  # by service, by rule


@dataclass(frozen=True)
class Finding:
    service: str
    outcome: Outcome
    verdict: str


def verdict(rules: Rules, service: str, outcome: Outcome) -> str:
    known = any(
        service in failure.services
        and outcome.rule == failure.rule
        and f"{outcome.case}: ".startswith(f"{failure.case}: ")
        for failure in rules.known_failure
    )
    if outcome.passed:
        return UNEXPECTED if known else PASS
    if known:
        return KNOWN
    return FAIL if rules.level(outcome.rule) == "MUST" else UNMET


def cells(rules: Rules, outcomes: Outcomes) -> Cells:
    return {service: _column(rules, service, found) for service, found in outcomes.items()}


def _column(rules: Rules, service: str, outcomes: Sequence[Outcome]) -> dict[str, str]:
    """The worst verdict of each rule's cases."""
    column = dict.fromkeys(rules.clauses, UNJUDGED)
    for outcome in outcomes:
        column[outcome.rule] = max(column[outcome.rule], verdict(rules, service, outcome), key=ORDER.index)
    return column


def findings(rules: Rules, outcomes: Outcomes) -> Iterator[Finding]:
    """Everything but the passes."""
    for service, found in outcomes.items():
        for outcome in found:
            if (word := verdict(rules, service, outcome)) != PASS:
                yield Finding(service, outcome, word)


def conforms(cells: Cells) -> bool:
    """A pass that nobody expected fails, too: the list of known failures is to be mended."""
    return not any(word in (FAIL, UNEXPECTED) for column in cells.values() for word in column.values())
