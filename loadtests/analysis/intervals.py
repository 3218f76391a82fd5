"""How sure a mean and a ratio are, from the few rounds of a run: Student's t intervals of logarithms.

Ratios are taken within a round and averaged as logarithms: what slowed a whole round down cancels, and A/B is
exactly the inverse of B/A.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log, nan, sqrt
from statistics import fmean, variance

from harness.document import Interval

__all__ = ["Interval"]  # of pages, for those who compute with it

CONFIDENCE = 0.95
ENOUGH = 3  # rounds; of two, Student's t is so wide (12.7) that it tells nothing apart

Pairing = tuple[int, int]  # a round, and the sitting in which its block was measured
Series = Mapping[Pairing, float]  # a figure of each round

UNKNOWN = Interval(nan)


def apart(ratio: Interval, floor: float, edge: float = 1) -> bool:
    """Whether a ratio differs from the edge beyond doubt.

    Its interval does not hold the edge, and its value is farther from it than a variant is from itself:
    `floor`, the ratio that A/A gave.
    """
    return ratio.excludes(edge) and farness(ratio.value / edge) > floor


def farness(ratio: float) -> float:
    """From 1, as a factor of 1 or more."""
    return max(ratio, 1 / ratio)


def interval(values: Iterable[float]) -> Interval:
    """Of the mean."""
    numbers = list(values)
    mean = fmean(numbers) if numbers else nan
    if len(numbers) < ENOUGH:
        return Interval(mean)
    return around(mean, variance(numbers) / len(numbers), len(numbers) - 1)


def around(value: float, variance: float, freedom: float) -> Interval:
    """`variance` is that of the value, and has so many degrees of freedom."""
    # takes long to import, and a run of one or two rounds has no interval
    from scipy.special import stdtrit  # type: ignore[import-untyped]

    half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * sqrt(variance)
    return Interval(value, value - half, value + half)


def geometric(logarithms: Series) -> Interval:
    """Of the geometric mean, from logarithms."""
    return exponential(interval(logarithms.values()))


def exponential(logarithm: Interval) -> Interval:
    return Interval(*(exp(bound) for bound in (logarithm.value, logarithm.low, logarithm.high)))


def logarithms(series: Series) -> Series:
    return {key: log(value) if value > 0 else nan for key, value in series.items()}


def difference(first: Series, second: Series) -> Series:
    """Of what was measured in the same round and sitting."""
    return {key: first[key] - second[key] for key in sorted(first.keys() & second.keys())}


def average(all_series: Sequence[Series]) -> Series:
    """In the rounds that all have."""
    shared = set(all_series[0]).intersection(*all_series[1:]) if all_series else set()
    return {key: fmean(series[key] for series in all_series) for key in sorted(shared)}


def ratio(first: Series, second: Series) -> Interval:
    return together([(logarithms(first), logarithms(second))])


def together(pairs: Iterable[tuple[Series, Series]]) -> Interval:
    """How many times the second of a pair the first is: the geometric mean of all pairs, of logarithms."""
    return geometric(average([difference(first, second) for first, second in pairs]))


def change(before: Series, after: Series) -> Interval:
    """From one run to another, of logarithms: rounds are no pairs (Welch 1947, Biometrika 34, 28-35)."""
    sides = [list(series.values()) for series in (before, after)]
    value = fmean(sides[1]) - fmean(sides[0]) if all(sides) else nan
    if min(map(len, sides)) < ENOUGH:
        return exponential(Interval(value))
    parts = [variance(side) / len(side) for side in sides]
    squares = sum(part**2 / (len(side) - 1) for part, side in zip(parts, sides, strict=True))
    return exponential(around(value, sum(parts), sum(parts) ** 2 / squares if squares else 1))
