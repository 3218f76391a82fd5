import pytest

from harness.k6 import PERCENTS
from loadtests.analysis.results import Results
from loadtests.analysis.sections import load
from loadtests.measure.plan import Scenario, Variant
from loadtests.measure.sample import Sample
from loadtests.tests.analysis import synthetic

RATES = (100.0, 200.0, 400.0)


def racing(ends: dict[str, list[float]], control: str | None = None) -> Results:
    """Each variant's highest sustained rate in each round; `again` repeats the control."""
    variants = {
        name: Variant(service="flask_orm", control_of=control if name == "again" else None) for name in ends
    }
    scenarios = {"hello": Scenario(users=500, seconds=10, rates=RATES)}
    plan = synthetic.plan(len(next(iter(ends.values()))))

    def change(one: Sample) -> synthetic.Figures:
        p99 = 5.0 if one.rate <= ends[one.variant][one.round - 1] else 120.0
        return {"p99_ms": p99, "quantiles_ms": (p99,) * len(PERCENTS)}

    plan = plan.model_copy(update={"variants": variants, "scenarios": scenarios})
    return synthetic.run("racing", plan, change=change)


def rows(results: Results) -> list[list[str]]:
    [table] = synthetic.tables(load.section(results))
    return table


def ranks(results: Results) -> dict[str, str]:
    return {name: rank for name, rank, _ in rows(results)}


@pytest.mark.parametrize(
    ("ends", "written"),
    [
        ([200, 200, 200], "between 200 and 400"),
        ([100, 200, 200], "between 100 and 400"),  # of all rounds the lowest good and the highest bad
        ([400, 400, 400], "at least 400"),
        ([400, 100, 400], "at least 100"),
        ([50, 100, 50], "below 200"),
    ],
)
def test_a_sustained_rate_is_no_finer_than_the_steps_of_its_ladder(ends: list[float], written: str) -> None:
    assert rows(racing({"a": ends})) == [["a", "1", written]]


def test_rates_are_a_curve_and_a_dropped_request_ends_a_ladder() -> None:
    results = racing({"a": [200.0] * 5})
    assert (results.curves, results.scenarios) == (["hello"], [])
    assert load.curve(results, "a", "hello") == [(100, 5), (200, 5), (400, 120)]
    dropped = synthetic.changed(racing({"a": [400]}), lambda one: {"dropped": int(one.rate == 200)})
    assert load.written(load.bracket(dropped, "a", "hello")) == "between 100 and 200"


def test_the_highest_rates_rank_and_the_best_come_first() -> None:
    results = racing({"a": [100] * 3, "b": [200] * 3, "c": [0] * 3})
    assert list(ranks(results).items()) == [("b", "1"), ("a", "2"), ("c", "3")]
    assert synthetic.texts(load.section(results), "lead") == ["Highest sustained rate: b in hello."]


def test_ladders_that_overlap_share_a_rank_and_few_rounds_have_none() -> None:
    assert set(ranks(racing({"a": [100, 200, 200], "b": [200, 100, 200.0]})).values()) == {"1"}
    assert set(ranks(racing({"a": [100.0] * 2, "b": [200.0] * 2})).values()) == {""}


def test_a_rate_is_not_higher_than_another_by_less_than_a_variants_from_itself() -> None:
    ends = {"a": [100.0] * 3, "b": [200.0] * 3}
    assert ranks(racing(ends)) == {"a": "2", "b": "1"}
    repeated = racing(ends | {"again": [400.0] * 3}, control="a")
    assert set(ranks(repeated).values()) == {"1"}
    told = "A/A: a sustains between 100 and 200 and, once more, at least 400 req/s."
    assert told in synthetic.texts(load.section(repeated), "")


def test_a_ladder_that_the_generator_ended_is_noted() -> None:
    results = racing({"a": [100.0] * 5, "b": [200.0] * 5})

    def change(one: Sample) -> synthetic.Figures:
        ends = one.variant == "b" and one.rate == 400 and one.round > 2
        return {"bound": (synthetic.BUSY,) if ends else ()}

    bound = synthetic.changed(results, change)
    notices = [synthetic.texts(load.section(each), "notice") for each in (results, bound)]
    assert notices[0] == []
    assert notices[1][0].startswith("Generator-bound: b. ")
