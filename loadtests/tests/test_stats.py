from math import nan

import pytest

from harness.k6 import PERCENTS
from loadtests.runner import stats
from loadtests.runner.sample import Sample
from loadtests.runner.stats import merged


def uniform(low: float, high: float) -> tuple[float, ...]:
    """The quantile function of latencies spread evenly between two values."""
    return tuple(low + (high - low) * percent / 100 for percent in PERCENTS)


def sample(number: int = 1, **figures: object) -> Sample:
    given: dict[str, object] = {
        "round": number,
        "variant": "alpha",
        "service": "alpha",
        "scenario": "hello",
        "started": "",
        "users": 1,
        "requests": 100,
        "requests_per_second": 10.0,
        "mean_ms": 1.0,
        "max_ms": 2.0,
        "quantiles_ms": uniform(0, 100),
        "cpu_ms_per_request": 0.5,
        "memory_mib": 50.0,
        "memory_kind": "pss",
        "k6_cpu_share": 0.2,
    }
    return Sample.model_validate(given | figures)


@pytest.mark.parametrize("percent", [0, 1, 50, 95, 99, 99.9, 100])
def test_one_round_keeps_its_own_percentiles(percent: float) -> None:
    one = uniform(3, 7)
    assert merged([(1000, one)], percent) == pytest.approx(one[PERCENTS.index(percent)])


def test_two_equal_rounds_are_as_one() -> None:
    assert merged([(10, uniform(0, 100)), (10, uniform(0, 100))], 95) == pytest.approx(95)


def test_percentiles_are_of_the_merged_distribution() -> None:
    # Evenly 0 to 100 and evenly 100 to 200: together evenly 0 to 200. The mean of the two p95 would be 145.
    assert merged([(10, uniform(0, 100)), (10, uniform(100, 200))], 95) == pytest.approx(190)
    assert merged([(10, uniform(0, 100)), (10, uniform(100, 200))], 50) == pytest.approx(100)


def test_a_round_counts_by_its_requests() -> None:
    # Three quarters lie evenly in 0 to 100, one quarter in 100 to 200: half of all lie below 200/3.
    assert merged([(30, uniform(0, 100)), (10, uniform(100, 200))], 50) == pytest.approx(200 / 3)
    assert merged([(30, uniform(0, 100)), (10, uniform(100, 200))], 95) == pytest.approx(180)


def test_a_round_of_equal_latencies_is_a_step() -> None:
    flat = (5.0,) * len(PERCENTS)
    assert merged([(10, flat)], 50) == 5
    # Half of all take exactly 5; of the other half, evenly in 0 to 10, half lie below and half above.
    assert merged([(10, flat), (10, uniform(0, 10))], 25) == pytest.approx(5)
    assert merged([(10, flat), (10, uniform(0, 10))], 50) == pytest.approx(5)
    assert merged([(10, flat), (10, uniform(0, 10))], 95) == pytest.approx(9)


def test_rounds_come_together_in_one_row() -> None:
    [row] = stats.rows(
        [
            sample(
                1, requests_per_second=10.0, mean_ms=1.0, max_ms=9.0, memory_mib=60.0, cpu_ms_per_request=0.2
            ),
            sample(
                2, requests_per_second=30.0, mean_ms=2.0, max_ms=5.0, memory_mib=70.0, cpu_ms_per_request=0.4
            ),
        ]
    )
    assert (row.rounds, row.requests, row.failed_checks) == (2, 200, 0)
    assert (row.requests_per_second, row.mean_ms) == (20, 1.5)
    assert (row.max_ms, row.memory_mib, row.memory_kind) == (9, 70, "pss")
    assert row.cpu_ms_per_request == pytest.approx(0.3)
    assert row.p95_ms == pytest.approx(95)


def test_an_invalid_sample_is_told_and_not_averaged() -> None:
    refused = sample(
        2, invalid="2 failed checks", requests_per_second=1000.0, max_ms=1000.0, memory_mib=1000.0
    )
    [row] = stats.rows([sample(1), refused])
    assert (row.rounds, row.requests, row.requests_per_second) == (1, 100, 10)
    assert (row.max_ms, row.memory_mib) == (2, 50)
    assert row.invalid == ("round 2: 2 failed checks",)


def test_with_no_valid_sample_there_are_no_figures() -> None:
    [row] = stats.rows([sample(1, invalid="k6 ended", requests_per_second=nan, requests=0)])
    assert row.rounds == 0
    assert row.requests is None
    assert row.requests_per_second is None
    assert row.p50_ms is None


def test_variants_and_scenarios_keep_the_order_in_which_they_were_measured() -> None:
    samples = [
        sample(variant=variant, scenario=scenario) for variant in "ba" for scenario in ("hello", "echo")
    ]
    found = [(row.variant, row.scenario) for row in stats.rows(samples)]
    assert found == [("b", "hello"), ("b", "echo"), ("a", "hello"), ("a", "echo")]
