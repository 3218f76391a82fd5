import pytest

from harness.k6 import PERCENTS
from loadtests.measure.quantiles import at, distribution


def uniform(low: float, high: float) -> tuple[float, ...]:
    """The quantile function of latencies spread evenly between two values."""
    return tuple(low + (high - low) * percent / 100 for percent in PERCENTS)


FLAT = (5.0,) * len(PERCENTS)


@pytest.mark.parametrize(
    ("rounds", "percent", "value"),
    [
        ([(10, uniform(0, 100)), (10, uniform(0, 100))], 95, 95),
        # evenly 0 to 100 and evenly 100 to 200 are evenly 0 to 200: the mean of the two p95 would be 145
        ([(10, uniform(0, 100)), (10, uniform(100, 200))], 95, 190),
        ([(10, uniform(0, 100)), (10, uniform(100, 200))], 50, 100),
        # a round counts by its requests: three quarters in 0 to 100, half of all lie below 200/3
        ([(30, uniform(0, 100)), (10, uniform(100, 200))], 50, 200 / 3),
        ([(30, uniform(0, 100)), (10, uniform(100, 200))], 95, 180),
        # equal latencies are a step: half of all take exactly 5, and of the other half as many less as more
        ([(10, FLAT)], 50, 5),
        ([(10, FLAT), (10, uniform(0, 10))], 25, 5),
        ([(10, FLAT), (10, uniform(0, 10))], 74, 5),
        ([(10, FLAT), (10, uniform(0, 10))], 95, 9),
    ],
)
def test_percentiles_are_of_the_merged_distribution(
    rounds: list[tuple[float, tuple[float, ...]]], percent: float, value: float
) -> None:
    assert at(distribution(rounds), percent) == pytest.approx(value)
