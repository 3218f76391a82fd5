"""What an experiment is given, and what it comes to."""

from collections.abc import Callable
from dataclasses import dataclass, field

LONG = 10.0  # minutes for each service, about: what the long form takes
SHORT = 0.0  # the share of it that leaves the least of everything


@dataclass(frozen=True)
class Effort:
    """How much of the long form is wanted: 1.0 is all of it."""

    share: float

    def of(self, whole: int, least: int) -> int:
        return max(least, round(whole * self.share))

    @property
    def whole(self) -> bool:
        return self.share >= 1


@dataclass
class Result:
    """The counts and figures of one experiment on one service, in words; and what must not have been."""

    figures: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def count(self, number: int, what: str) -> None:
        self.figures[what] = f"{number:,}"

    def expect(self, holds: object, fault: str) -> None:
        if not holds:
            self.faults.append(fault)


Experiment = Callable[[str, Effort], Result]
