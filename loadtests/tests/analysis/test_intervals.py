from itertools import product
from math import exp, isnan, log, sqrt

import numpy as np
import pytest

from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval


def test_ratios_are_taken_within_a_round() -> None:
    # Every round is twice as slow as the one before, for both alike: the ratio does not notice.
    ones = {1: 10.0, 2: 20.0, 3: 40.0, 4: 80.0, 5: 160.0}
    times = intervals.ratio(ones, {number: value / 2 for number, value in ones.items()})
    assert (times.value, times.low, times.high) == pytest.approx((2, 2, 2))


def test_the_mean_of_ratios_is_geometric_so_that_the_inverse_is_the_inverse() -> None:
    ones, others = dict(enumerate((1.0, 4.0, 2.0, 2.0, 2.0))), dict(enumerate((2.0, 2.0, 1.0, 3.0, 2.0)))
    forth, back = intervals.ratio(ones, others), intervals.ratio(others, ones)
    assert forth.value == pytest.approx((1 / 2 * 4 / 2 * 2 / 1 * 2 / 3 * 2 / 2) ** (1 / 5))
    assert back.value == pytest.approx(1 / forth.value)
    assert forth.inverse.value == pytest.approx(back.value)


def test_only_rounds_that_both_have_are_compared() -> None:
    assert intervals.ratio({1: 6.0, 2: 100.0}, {1: 2.0, 3: 1.0}).value == pytest.approx(3)


def test_fewer_rounds_than_enough_have_no_interval() -> None:
    four = intervals.interval([1, 2, 3, 4])
    assert (four.value, four.known) == (2.5, False)
    assert intervals.interval([1, 2, 3, 4, 5]).known


def test_what_is_missing_has_no_mean_and_is_not_averaged_away() -> None:
    assert isnan(intervals.interval([]).value)
    assert isnan(intervals.ratio({1: 1.0}, {2: 1.0}).value)
    assert isnan(intervals.interval([1, 2, float("nan"), 4, 5]).value)


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert intervals.interval([3] * 7) == Interval(3, 3, 3)


def test_the_interval_is_a_quantile_of_all_resamples() -> None:
    # Of five values there are 5^5 resamples: few enough to count them all, where 9,999 are drawn.
    values = [9.8, 10.4, 10.1, 9.5, 10.9]
    means = np.sort([np.mean(resample) for resample in product(values, repeat=5)])
    beyond = intervals.tail(4, sqrt(5 / 4))
    interval = intervals.interval(values)
    assert interval.low == pytest.approx(np.quantile(means, beyond), abs=0.05)
    assert interval.high == pytest.approx(np.quantile(means, 1 - beyond), abs=0.05)


def test_the_level_is_that_of_hesterberg() -> None:
    # alpha'/2 = Phi(-sqrt(n / (n - 1)) t(alpha/2, n - 1)); t(0.025, 4) = 2.776 and Phi(-3.104) = 0.00095
    assert intervals.tail(4, sqrt(5 / 4)) == pytest.approx(0.00095, abs=5e-5)
    assert intervals.tail(10_000) == pytest.approx(0.025, abs=5e-5)


def test_it_is_about_as_wide_as_students_t() -> None:
    values = np.array([-1.47, -0.79, -0.37, 0, 0.37, 0.79, 1.47])  # normal scores
    half = 2.447 * values.std(ddof=1) / sqrt(7)
    interval = intervals.interval(values)
    assert (interval.low, interval.high) == pytest.approx((-half, half), rel=0.12)


@pytest.mark.parametrize(("rounds", "times"), [(5, 0.89), (7, 0.92)])
def test_it_holds_the_mean_nearly_as_often_as_it_says(rounds: int, times: float) -> None:
    draws = np.random.default_rng(7).normal(size=(400, rounds))
    held = [each.low <= 0 <= each.high for each in map(intervals.interval, draws)]
    assert np.mean(held) >= times


def test_the_noise_floor_widens_a_ratio_that_is_too_sure() -> None:
    sure = Interval(1.02, 1.015, 1.025)
    assert sure.excludes_one
    assert not sure.at_least_as_wide_as(1.03).excludes_one
    assert sure.at_least_as_wide_as(1.01).excludes_one


def test_the_noise_of_a_pair_is_how_far_it_may_be_from_one() -> None:
    assert Interval(1.01, 0.98, 1.03).farthest == 1.03
    assert Interval(0.99, 0.96, 1.03).farthest == pytest.approx(1 / 0.96)
    assert intervals.floor([Interval(1.0, 0.9, 1.05), Interval(3.0)]) == pytest.approx(1 / 0.9)
    assert intervals.floor([]) == 1


def test_averages_and_differences_of_logarithms() -> None:
    ones, others = {1: log(2), 2: log(8)}, {1: log(8), 2: log(8)}
    assert exp(intervals.average([ones, others])[1]) == pytest.approx(4)
    assert exp(intervals.difference(ones, others)[1]) == pytest.approx(1 / 4)
    assert intervals.average([]) == {}


def test_from_run_to_run_rounds_are_no_pairs() -> None:
    before, after = dict(enumerate(map(log, (2, 2, 2, 2, 2)))), dict(enumerate(map(log, (4, 4, 4, 4, 4, 4))))
    assert intervals.change(before, after).value == pytest.approx(2)
    assert intervals.change(before, after).low == pytest.approx(2)
    assert not intervals.change(before, {1: log(4)}).known
