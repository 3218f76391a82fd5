from math import exp, isnan, log, nan, sqrt

import numpy as np
import pytest
from scipy.special import stdtrit  # type: ignore[import-untyped]

from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval, Series


def series(*values: float) -> Series:
    return {(number, 0): value for number, value in enumerate(values, 1)}


@pytest.mark.parametrize("rounds", [3, 5])
def test_an_interval_holds_the_mean_as_often_as_it_says(rounds: int) -> None:
    draws = np.random.default_rng(7).normal(size=(4_000, rounds))
    held = [interval.low <= 0 <= interval.high for interval in map(intervals.interval, draws.tolist())]
    assert 0.94 <= np.mean(held) <= 0.96


def test_ratios_are_taken_within_a_round() -> None:
    # Every round is twice as slow as the one before, for both alike: the ratio does not notice.
    slower = series(10, 20, 40, 80, 160)
    times = intervals.ratio(slower, {key: value / 2 for key, value in slower.items()})
    assert (times.value, times.low, times.high) == pytest.approx((2, 2, 2))


def test_only_what_was_measured_together_is_compared() -> None:
    slower, faster = {(1, 0): 6.0, (2, 0): 100.0, (3, 1): 7.0}, {(1, 0): 2.0, (2, 1): 1.0, (3, 0): 1.0}
    assert intervals.ratio(slower, faster).value == pytest.approx(3)


def test_what_is_missing_has_no_mean_and_too_few_have_no_interval() -> None:
    assert isnan(intervals.interval([]).value)
    assert isnan(intervals.ratio(series(1), {}).value)
    assert isnan(intervals.ratio(series(1), series(0)).value)  # which has no logarithm
    assert isnan(intervals.interval([1, 2, nan, 4, 5]).value)
    assert (intervals.interval([1, 2]).value, intervals.interval([1, 2]).known) == (1.5, False)
    assert intervals.interval([3] * 7) == Interval(3, 3, 3)


@pytest.mark.parametrize(
    ("ratio", "floor", "edge", "apart"),
    [
        (Interval(1.02, 1.01, 1.03), 1.0, 1, True),
        (Interval(1.02, 0.99, 1.05), 1.0, 1, False),
        (Interval(1.02, 1.01, 1.03), 1.03, 1, False),  # A/A was as far apart
        (Interval(0.98, 0.97, 0.99), 1.01, 1, True),
        (Interval(2.02, 2.01, 2.03), 1.03, 2, False),
        (Interval(1.5), 1.0, 1, False),  # of too few rounds
        (Interval(1.0, 1.0, 1.0), 1.0, 1, False),  # no difference is not a difference
    ],
)
def test_what_is_told_apart(ratio: Interval, floor: float, edge: float, apart: bool) -> None:
    assert intervals.apart(ratio, floor, edge) == apart


def test_from_run_to_run_rounds_are_no_pairs() -> None:
    before, after = series(0, 1, 2, 3, 4), series(11, 12, 13, 14, 15)
    change = intervals.change(before, after)  # Welch, of equal variances: 8 degrees of freedom
    half = float(stdtrit(8, 0.975)) * sqrt(2.5 / 5 * 2)
    assert (log(change.low), log(change.high)) == pytest.approx((11 - half, 11 + half))
    assert not intervals.change(before, series(4)).known
    assert intervals.change(series(0, 0, 0), series(1, 1, 1)).low == pytest.approx(exp(1))
