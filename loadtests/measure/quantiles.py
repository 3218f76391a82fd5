"""Percentiles of many samples together: distributions can be merged, percentiles cannot be averaged."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.k6 import PERCENTS

Array = NDArray[np.float64]
Functions = Sequence[tuple[float, Sequence[float]]]  # weighted quantile functions over the same percents
Points = tuple[Array, Array]  # percents, values

EVERY = np.array(PERCENTS)


def distribution(functions: Functions, over: Array = EVERY) -> Points:
    """What they are together: where many requests took exactly as long, two points, below and beyond them."""
    values = np.unique(np.concatenate([quantiles for _, quantiles in functions]))
    percents = np.sum(
        [weight * shares(np.array(quantiles), values, over) for weight, quantiles in functions], axis=0
    )
    total = sum(weight for weight, _ in functions)
    return (percents / total).ravel(), values.repeat(2)


def shares(quantiles: Array, values: Array, percents: Array) -> Array:
    """The percentages of requests that took less than each value, and that took no more."""
    first, after = (np.searchsorted(quantiles, values, side) for side in ("left", "right"))
    between = np.interp(values, quantiles, percents)
    last = len(percents) - 1
    less = np.where(first < after, percents[np.minimum(first, last)], between)
    no_more = np.where(first < after, percents[np.maximum(after - 1, 0)], between)
    return np.column_stack([less, no_more])


def at(points: Points, percent: float) -> float:
    percents, values = points
    after = int(np.searchsorted(percents, percent))
    low, high = max(after - 1, 0), min(after, len(percents) - 1)
    if percents[high] <= percent or percents[high] == percents[low]:
        return float(values[high])
    step = (percent - percents[low]) / (percents[high] - percents[low])
    return float(values[low] + (values[high] - values[low]) * step)
