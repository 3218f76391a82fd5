import pytest

from harness.k6 import PERCENTS
from loadtests.report import curves, loads
from loadtests.report.results import Results
from loadtests.runner.plan import Scenario, Variant
from loadtests.runner.sample import Sample
from loadtests.tests import synthetic

RATES = {100.0: 5.0, 200.0: 20.0, 400.0: 120.0}


def at_rate(rate: float, p99: float, number: int = 1, dropped: int = 0) -> Sample:
    base = synthetic.results(rounds=1, twins=False, control=False).samples[0]
    figures = {"rate": rate, "p99_ms": p99, "quantiles_ms": (p99,) * len(PERCENTS), "dropped": dropped}
    return base.model_copy(update=figures | {"round": number})


def growing(rounds: int = 5) -> Results:
    samples = [at_rate(rate, p99, number) for number in range(1, rounds + 1) for rate, p99 in RATES.items()]
    plan = synthetic.plan(rounds, twins=False, control=False)
    plan = plan.model_copy(
        update={"scenarios": {"hello": Scenario(users=500, seconds=10, rates=tuple(RATES))}}
    )
    return Results("growing", plan, synthetic.MACHINE, tuple(samples))


def test_a_scenario_at_several_rates_is_a_curve_and_not_compared() -> None:
    assert growing().curves == ["hello"]
    assert growing().scenarios == []


def test_the_curve_has_a_p99_for_each_rate() -> None:
    assert loads.curve(growing(), "fastapi_sqlite", "hello") == list(RATES.items())


def test_the_highest_sustained_rate() -> None:
    assert loads.sustained(growing(), "fastapi_sqlite", "hello").value == 200
    assert loads.sustained(growing(), "fastapi_sqlite", "hello").low == 200


def test_a_rate_that_drops_requests_is_not_sustained_nor_is_any_above_it() -> None:
    samples = [at_rate(100, 5), at_rate(200, 5, dropped=1), at_rate(400, 5)]
    assert loads.highest(samples) == 100


def test_a_service_that_cannot_even_do_the_lowest_rate_sustains_none() -> None:
    assert loads.highest([at_rate(100, 51)]) == 0


@pytest.mark.parametrize(
    ("requests", "last"), [(100, 90.0), (1000, 99.0), (10_000, 99.9), (1_000_000, 99.99)]
)
def test_a_percentile_is_drawn_where_enough_requests_lie_beyond(requests: int, last: float) -> None:
    assert curves.drawable(requests)[-1] == pytest.approx(last)


def test_each_nine_takes_as_much_room_as_the_one_before() -> None:
    assert [round(curves.stretched(percent), 6) for percent in (0, 90, 99, 99.9)] == [0, 1, 2, 3]


def racing(ends: dict[str, list[float]], control: str = "") -> Results:
    """Each variant's highest sustained rate in each round; `control` is one of them."""
    plan = growing().plan
    variants = {name: Variant(service=name) for name in ends}
    if control:
        variants["again"] = Variant(service=control)
    samples = [
        at_rate(rate, 5 if rate <= end else 120, number).model_copy(update={"variant": name})
        for name, rounds in ends.items()
        for number, end in enumerate(rounds, 1)
        for rate in RATES
    ]
    return Results(
        "racing", plan.model_copy(update={"variants": variants}), synthetic.MACHINE, tuple(samples)
    )


def ranked(results: Results) -> dict[str, str]:
    return {line.variant: line.rank for line in loads.table(results, "hello").lines}


def test_the_highest_sustained_rates_rank_and_the_best_come_first() -> None:
    found = ranked(racing({"flask_orm": [100] * 5, "fastapi_orm": [200] * 5, "django_drf": [100] * 5}))
    assert list(found) == ["fastapi_orm", "flask_orm", "django_drf"]
    assert found == {"fastapi_orm": "1", "flask_orm": "2", "django_drf": "2"}


def test_rates_that_cannot_be_told_apart_share_a_rank() -> None:
    unsure = {"flask_orm": [100, 200, 100, 200, 200.0], "fastapi_orm": [200, 100, 200, 200, 200.0]}
    assert set(ranked(racing(unsure)).values()) == {"1"}
    few = {"flask_orm": [100.0] * 4, "fastapi_orm": [200.0] * 4}
    assert set(ranked(racing(few)).values()) == {"1"}


def test_who_sustains_not_even_the_lowest_rate_comes_last() -> None:
    assert ranked(racing({"flask_orm": [0] * 5, "fastapi_orm": [200] * 5})) == {
        "fastapi_orm": "1",
        "flask_orm": "2",
    }


def test_a_rate_is_not_higher_than_another_by_less_than_the_noise_floor() -> None:
    ends = {"flask_orm": [100.0] * 5, "fastapi_orm": [200.0] * 5}
    assert ranked(racing(ends)) == {"fastapi_orm": "1", "flask_orm": "2"}
    again = racing(ends | {"again": [400.0] * 5}, control="flask_orm")
    assert ranked(again) == {"fastapi_orm": "1", "flask_orm": "1"}


def test_a_ladder_that_the_generator_ended_is_noted() -> None:
    results = racing({"flask_orm": [100.0] * 5, "fastapi_orm": [200.0] * 5})
    note = loads.table(results, "hello").note
    assert note == ""
    bound = tuple(
        each.model_copy(update={"bound": "k6 used 95% of its cores"})
        if each.variant == "fastapi_orm" and each.rate == 400 and each.round > 2
        else each
        for each in results.samples
    )
    note = loads.table(Results("racing", results.plan, results.machine, bound), "hello").note
    assert note.startswith("Generator-bound: fastapi_orm. ")
