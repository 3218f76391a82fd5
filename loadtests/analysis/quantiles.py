"""Percentiles of many samples together: distributions can be merged, percentiles cannot be averaged."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from harness.k6 import PERCENTS

Points = list[tuple[float, float]]  # percent, value


def merged(functions: Sequence[tuple[float, Sequence[float]]], percent: float) -> float:
    """A percentile of weighted quantile functions over PERCENTS, linear between their points."""
    return at(distribution(functions), percent)


def distribution(functions: Sequence[tuple[float, Sequence[float]]]) -> Points:
    """The points (percent, value) of what weighted quantile functions over PERCENTS are together."""
    total = sum(weight for weight, _ in functions)
    return [
        (sum(weight * shares(quantiles, value)[side] for weight, quantiles in functions) / total, value)
        for value in sorted({value for _, quantiles in functions for value in quantiles})
        for side in (0, 1)
    ]


def at(points: Sequence[tuple[float, float]], percent: float) -> float:
    after = bisect_left(points, (percent,))
    low, high = points[max(after - 1, 0)], points[min(after, len(points) - 1)]
    if high[0] <= percent or high[0] == low[0]:
        return high[1]
    return low[1] + (high[1] - low[1]) * (percent - low[0]) / (high[0] - low[0])


def shares(quantiles: Sequence[float], value: float) -> tuple[float, float]:
    """The percentage of requests that took less than the value, and that took no more."""
    first, after = bisect_left(quantiles, value), bisect_right(quantiles, value)
    if first < after:
        return PERCENTS[first], PERCENTS[after - 1]
    if first in (0, len(quantiles)):
        outside = 0.0 if first == 0 else 100.0
        return outside, outside
    low, high = quantiles[first - 1], quantiles[first]
    between = PERCENTS[first - 1] + (PERCENTS[first] - PERCENTS[first - 1]) * (value - low) / (high - low)
    return between, between
