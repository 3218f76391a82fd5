from dataclasses import replace

import pytest

from loadtests.analysis import compare
from loadtests.analysis.results import Results
from loadtests.measure.run import RunError
from loadtests.tests.analysis import synthetic

BEFORE = synthetic.results(seed=1, twins=False, name="before")


def after(variant: str = "", scenario: str = "", factor: float = 1.0, **figures: object) -> Results:
    return synthetic.changed(
        synthetic.results(seed=10, twins=False, name="after"),
        lambda one: (
            {"mean_ms": one.mean_ms * factor, **figures}
            if variant in ("", one.variant) and scenario in ("", one.scenario)
            else {}
        ),
    )


def directions(after: Results) -> dict[tuple[str, str], str]:
    """Of what changed: scenario with measure, and variant."""
    blocks = compare.blocks(BEFORE, after)
    pages = zip(synthetic.headings(blocks)[1:], synthetic.tables(blocks), strict=True)
    told = {(title, row[0]): row[-1] for title, rows in pages for row in rows}
    return {place: direction for place, direction in told.items() if direction != "not told apart"}


def test_two_runs_of_the_same_differ_in_nothing_and_what_all_share_is_the_day() -> None:
    assert directions(after()) == {}
    assert directions(after(factor=3)) == {}


@pytest.mark.parametrize(
    ("factor", "bound", "direction"),
    [(0.7, (), "better"), (1.5, (), "worse"), (0.7, (synthetic.BUSY,), "generator-bound")],
)
def test_what_changed_beside_the_shared_variant_is_told(
    factor: float, bound: tuple[object, ...], direction: str
) -> None:
    changed = directions(after("flask_orm", "list_items", factor, bound=bound))
    assert changed == {("list_items, ms", "flask_orm"): direction}


def test_the_shared_variant_is_the_one_that_the_plan_repeats_or_the_first() -> None:
    reference, scenarios = compare.common(BEFORE, after())
    assert reference == "flask_sqlite"
    assert reference not in scenarios["hello"]
    plain_runs = [synthetic.results(twins=False, control=False, seed=seed) for seed in (1, 2)]
    assert compare.common(*plain_runs)[0] == "fastapi_sqlite"


def test_runs_that_share_too_little_are_refused() -> None:
    one = synthetic.changed(BEFORE, lambda each: {} if each.variant == "flask_sqlite" else None)
    for other in (one, synthetic.of("none", BEFORE.plan, [])):
        with pytest.raises(RunError, match="share no scenario with two variants"):
            compare.blocks(BEFORE, other)


def test_the_runs_agree_on_the_order_of_what_both_tell_apart() -> None:
    assert compare.agreement(BEFORE, after()).endswith(
        "pairs of variants apart, all of them in the same order."
    )
    opposed = compare.agreement(BEFORE, after("django_drf", "list_items", 0.1))
    assert "apart, in opposite order: " in opposed
    assert "flask_sqlite and django_drf in list_items by mean response time" in opposed
    assert compare.agreement(*map(synthetic.by_wrk, (BEFORE, after()))) == compare.agreement(BEFORE, after())
    few = synthetic.results(rounds=2, twins=False)
    assert compare.agreement(BEFORE, few) == "No two variants are told apart by both runs."


def test_what_differs_between_the_machines_and_the_plans_is_said() -> None:
    other = synthetic.results(rounds=5, twins=False)
    other = replace(other, machine={**other.machine, "k6": "v2.0.0", "wrk": "4.2.0"})
    assert list(compare.differences(BEFORE, other)) == [
        ["k6", "v1.0.0", "v2.0.0"],
        ["wrk", "", "4.2.0"],
        ["plan: rounds", "7", "5"],
    ]
