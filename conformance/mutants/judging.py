"""Do the cases of the contract see a fault? They are run in turn, until one complains."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.case import Case, Subject, load
from conformance.judge import outcomes
from conformance.reference.server import serving
from conformance.reference.service import Reference
from conformance.rules import Rules

from .faults import FAULTS


@dataclass(frozen=True)
class Verdict:
    fault: str
    case: str  # that complained, or "" for a survivor
    rule: str
    level: str
    message: str
    seconds: float


def in_order() -> Sequence[Case]:
    """The cheap ones first: an example of each case, then all others; the random requests last."""
    examples = Counter[str]()

    def place(case: Case) -> tuple[bool, bool, int]:
        name = case.name.partition(": ")[0]
        examples[name] += 1
        return name.startswith("random"), "upgrade" in name, examples[name]

    return sorted((case for case in load() if not case.starts), key=place)


def verdict(fault: str, cases: Sequence[Case] = ()) -> Verdict:
    """By all cases, where none are given. After a rule of level SHOULD, one of level MUST may yet see it."""
    start, levels, should = time.monotonic(), Rules.load(), Verdict(fault, "", "", "", "", 0.0)
    reference = Reference()
    FAULTS[fault](reference)
    with serving(reference) as url:
        for case in cases or in_order():
            for outcome in outcomes(case, Subject(url, short=True)):
                if not outcome.passed:
                    level, seconds = levels.level(outcome.rule), time.monotonic() - start
                    found = Verdict(fault, outcome.case, outcome.rule, level, outcome.message, seconds)
                    if level == "MUST":
                        return found
                    should = should if should.case else found
    return should
