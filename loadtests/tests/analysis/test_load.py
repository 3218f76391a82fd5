import pytest

from harness.document import Table, Text, plain
from harness.k6 import PERCENTS
from loadtests.analysis.results import Results
from loadtests.analysis.sections import load
from loadtests.measure.plan import Scenario, Variant
from loadtests.measure.sample import Sample
from loadtests.tests.analysis import synthetic

RATES = (100.0, 200.0, 400.0)


def at_rate(rate: float, p99: float, number: int = 1, dropped: int = 0, variant: str = "flask_orm") -> Sample:
    base = synthetic.sample(number, 1, variant, "flask_orm", "hello", 1)
    figures = {"rate": rate, "p99_ms": p99, "quantiles_ms": (p99,) * len(PERCENTS), "dropped": dropped}
    return base.model_copy(update=figures)


def racing(ends: dict[str, list[float]], control: str = "") -> Results:
    """Each variant's highest sustained rate in each round; `control` is repeated by the last."""
    variants = {name: Variant(service="flask_orm") for name in ends}
    if control:
        variants["again"] = Variant(service="flask_orm", control_of=control)
    samples = [
        at_rate(rate, 5 if rate <= end else 120, number, variant=name)
        for name, rounds in ends.items()
        for number, end in enumerate(rounds, 1)
        for rate in RATES
    ]
    scenarios = {"hello": Scenario(users=500, seconds=10, rates=RATES)}
    plan = synthetic.plan(len(next(iter(ends.values())))).model_copy(
        update={"variants": variants, "scenarios": scenarios}
    )
    return synthetic.of("racing", plan, samples)


def rows(results: Results) -> list[list[str]]:
    [table] = [block for block in load.section(results) if isinstance(block, Table)]
    return [[*map(plain, row)] for row in table.rows]


def ranks(results: Results) -> dict[str, str]:
    return {name: rank for name, rank, _ in rows(results)}


def test_a_scenario_at_several_rates_is_a_curve_and_not_compared() -> None:
    results = racing({"a": [200.0] * 5})
    assert (results.curves, results.scenarios) == (["hello"], [])
    assert load.curve(results, "a", "hello") == [(100, 5), (200, 5), (400, 120)]
    assert rows(results) == [["a", "1", "200 (200 to 200)"]]


@pytest.mark.parametrize(
    ("samples", "highest"),
    [
        ([at_rate(100, 5), at_rate(200, 20), at_rate(400, 120)], 200),
        ([at_rate(100, 5), at_rate(200, 5, dropped=1), at_rate(400, 5)], 100),  # nor is any above it
        ([at_rate(100, 51)], 0),
    ],
)
def test_the_highest_sustained_rate(samples: list[Sample], highest: float) -> None:
    assert load.highest(samples) == highest


def test_a_rate_that_is_the_highest_of_all_is_only_a_lower_bound() -> None:
    assert rows(racing({"a": [400.0] * 5})) == [["a", "1", "at least 400 (400 to 400)"]]


def test_the_highest_rates_rank_and_the_best_come_first() -> None:
    results = racing({"a": [100] * 5, "b": [200] * 5, "c": [0] * 5})
    assert list(ranks(results).items()) == [("b", "1"), ("a", "2"), ("c", "2")]
    lead = load.section(results)[0]
    assert isinstance(lead, Text)
    assert plain(lead.content) == "The highest rate sustains b in hello."


def test_rates_that_cannot_be_told_apart_share_a_rank() -> None:
    unsure = racing({"a": [100, 200, 100, 200, 200.0], "b": [200, 100, 200, 200, 200.0]})
    assert set(ranks(unsure).values()) == {"1"}
    few = racing({"a": [100.0] * 4, "b": [200.0] * 4})
    assert set(ranks(few).values()) == {"1"}


def test_a_rate_is_not_higher_than_another_by_less_than_the_noise_floor() -> None:
    ends = {"a": [100.0] * 5, "b": [200.0] * 5}
    assert ranks(racing(ends)) == {"a": "2", "b": "1"}
    assert set(ranks(racing(ends | {"again": [400.0] * 5}, control="a")).values()) == {"1"}


def test_a_ladder_that_the_generator_ended_is_noted() -> None:
    results = racing({"a": [100.0] * 5, "b": [200.0] * 5})
    bound = synthetic.changed(
        results,
        lambda one: (
            {"bound": (synthetic.BUSY,)} if one.variant == "b" and one.rate == 400 and one.round > 2 else {}
        ),
    )
    notices = [
        [
            plain(block.content)
            for block in load.section(each)
            if isinstance(block, Text) and block.kind == "notice"
        ]
        for each in (results, bound)
    ]
    assert notices[0] == []
    assert notices[1][0].startswith("Generator-bound: b. ")
