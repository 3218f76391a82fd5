"""The highest rate that a server sustains, by a few short probes around where it is thought to be."""

from collections.abc import Sequence
from math import isnan, nan, sqrt
from statistics import geometric_mean, median
from typing import NamedTuple

START = 200.0  # requests per second, when nothing is known of any candidate
LOWEST = 5.0
FINE = 1.05  # a factor between a rate that passed and one that failed that is not halved further
STEPS = (1.5, 1.25, 1.12)  # from one rate to the next, in the rounds: what is known better is searched nearer
PROBES = 3  # of a block
MORE = 3  # where nothing passed, or nothing is known yet


class Tried(NamedTuple):
    rate: float
    passed: bool


class Found(NamedTuple):
    """The highest rate that passed, and the lowest that did not; nan where there is none."""

    passed: float
    failed: float


def found(tried: Sequence[Tried]) -> Found:
    failed = min((each.rate for each in tried if not each.passed), default=nan)
    # a pass above a failure was luck
    passed = max((each.rate for each in tried if each.passed and not each.rate >= failed), default=nan)
    return Found(passed, failed)


def next_rate(start: float, step: float, tried: Sequence[Tried]) -> float | None:
    """None when enough is known."""
    if not tried:
        return max(round(start), LOWEST)
    passed, failed = found(tried)
    known = not isnan(passed) and not isnan(failed)
    if len(tried) >= PROBES + (0 if known else MORE):
        return None
    if not known:
        rate = failed / step if isnan(passed) else passed * step
    elif failed / passed <= FINE:
        return None
    else:
        rate = sqrt(passed * failed)
    rate = float(round(rate))
    return None if rate < LOWEST or rate in {each.rate for each in tried} else rate


def start(mine: Sequence[float], others: Sequence[float]) -> float:
    """By what this candidate sustained before, else by what the others did."""
    if mine:
        return geometric_mean(mine)
    return median(others) if others else START


def step(rounds: int) -> float:
    """After so many rounds of a candidate."""
    return STEPS[min(rounds, len(STEPS) - 1)]
