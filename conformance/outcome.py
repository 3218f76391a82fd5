"""What a judge says of one case, and whether that is what the ledger expects of the service."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    rule: str
    case: str
    passed: bool
    message: str = ""  # why it did not pass
    seconds: float = 0.0


def failed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if not outcome.passed]
