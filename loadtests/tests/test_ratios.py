from itertools import product
from math import exp, isnan, log, sqrt

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from loadtests.report import ratios
from loadtests.report.ratios import Interval


def test_ratios_are_taken_within_a_round() -> None:
    # Every round is twice as slow as the one before, for both alike: the ratio does not notice.
    ones = {1: 10.0, 2: 20.0, 3: 40.0, 4: 80.0, 5: 160.0}
    others = {number: value / 2 for number, value in ones.items()}
    found = ratios.ratio(ones, others)
    assert (found.value, found.low, found.high) == pytest.approx((2, 2, 2))


def test_the_mean_of_ratios_is_geometric_so_that_the_inverse_is_the_inverse() -> None:
    ones, others = dict(enumerate((1.0, 4.0, 2.0, 2.0, 2.0))), dict(enumerate((2.0, 2.0, 1.0, 3.0, 2.0)))
    forth, back = ratios.ratio(ones, others), ratios.ratio(others, ones)
    assert forth.value == pytest.approx((1 / 2 * 4 / 2 * 2 / 1 * 2 / 3 * 2 / 2) ** (1 / 5))
    assert back.value == pytest.approx(1 / forth.value)


def test_only_rounds_that_both_have_are_compared() -> None:
    assert ratios.ratio({1: 6.0, 2: 100.0}, {1: 2.0, 3: 1.0}).value == pytest.approx(3)


def test_fewer_rounds_than_enough_have_no_interval() -> None:
    four = ratios.interval([1, 2, 3, 4])
    assert four.value == 2.5
    assert not four.known
    assert ratios.interval([1, 2, 3, 4, 5]).known


def test_no_values_have_no_mean() -> None:
    assert isnan(ratios.interval([]).value)
    assert isnan(ratios.ratio({1: 1.0}, {2: 1.0}).value)


def test_a_missing_figure_is_not_averaged_away() -> None:
    assert isnan(ratios.interval([1, 2, float("nan"), 4, 5]).value)


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert ratios.interval([3] * 7) == Interval(3, 3, 3)


def test_the_interval_is_a_quantile_of_all_resamples() -> None:
    # Of five values there are 5^5 resamples: few enough to count them all, where SciPy draws 9,999.
    values = [9.8, 10.4, 10.1, 9.5, 10.9]
    means = np.sort([np.mean(resample) for resample in product(values, repeat=5)])
    tail = (1 - ratios.level(5)) / 2
    found = ratios.interval(values)
    assert found.low == pytest.approx(np.quantile(means, tail), abs=0.05)
    assert found.high == pytest.approx(np.quantile(means, 1 - tail), abs=0.05)


def test_the_level_is_that_of_hesterberg() -> None:
    # alpha'/2 = Phi(-sqrt(n / (n - 1)) t(alpha/2, n - 1)); t(0.025, 4) = 2.776 and Phi(-3.104) = 0.00095
    assert ratios.level(5) == pytest.approx(1 - 2 * 0.00095, abs=1e-4)
    assert ratios.level(10_000) == pytest.approx(0.95, abs=1e-4)


def test_it_is_about_as_wide_as_students_t() -> None:
    # Of normal scores, as even as seven values can be.
    values = stats.norm.ppf((np.arange(7) + 0.5) / 7)
    half = stats.t.ppf(0.975, 6) * values.std(ddof=1) / sqrt(7)
    found = ratios.interval(values)
    assert found.high == pytest.approx(half, rel=0.12)
    assert found.low == pytest.approx(-half, rel=0.12)


@pytest.mark.parametrize(("rounds", "times"), [(5, 0.89), (7, 0.92)])
def test_it_holds_the_mean_nearly_as_often_as_it_says(rounds: int, times: float) -> None:
    draws = np.random.default_rng(7).normal(size=(400, rounds))
    found = stats.bootstrap(
        (draws,),
        np.mean,
        axis=1,
        n_resamples=999,
        confidence_level=ratios.level(rounds),
        method="percentile",
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert np.mean((found.low <= 0) & (found.high >= 0)) >= times


def test_the_same_values_always_have_the_same_interval() -> None:
    assert ratios.interval([1, 2, 3, 4, 5]) == ratios.interval([1, 2, 3, 4, 5])


def test_the_noise_floor_widens_a_ratio_that_is_too_sure() -> None:
    sure = Interval(1.02, 1.015, 1.025)
    assert sure.excludes_one
    assert not sure.at_least_as_wide_as(1.03).excludes_one
    assert sure.at_least_as_wide_as(1.01).excludes_one


def test_the_noise_of_a_pair_is_how_far_it_may_be_from_one() -> None:
    assert Interval(1.01, 0.98, 1.03).farthest == 1.03
    assert Interval(0.99, 0.96, 1.03).farthest == pytest.approx(1 / 0.96)


def test_averages_and_differences_of_logarithms() -> None:
    ones, others = {1: log(2), 2: log(8)}, {1: log(8), 2: log(8)}
    assert exp(ratios.average([ones, others])[1]) == pytest.approx(4)
    assert exp(ratios.difference(ones, others)[1]) == pytest.approx(1 / 4)
