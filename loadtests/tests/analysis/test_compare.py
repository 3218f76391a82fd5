from dataclasses import replace

import pytest

from harness.document import Table, Text, plain
from loadtests.analysis import compare
from loadtests.analysis.results import Results
from loadtests.tests.analysis import synthetic

BEFORE = synthetic.results(seed=1, twins=False, name="before")


def after(variant: str = "", scenario: str = "", factor: float = 1.0, **figures: object) -> Results:
    return synthetic.changed(
        synthetic.results(seed=2, twins=False, name="after"),
        lambda one: (
            {"mean_ms": one.mean_ms * factor, **figures}
            if (one.variant, one.scenario) == (variant, scenario)
            else {}
        ),
    )


def directions(after: Results) -> dict[tuple[str, str, str], str]:
    """Of what changed: scenario, measure and variant."""
    return {
        (*place, plain(row[0])): plain(row[-1])
        for place, row in compare.changes(BEFORE, after)
        if plain(row[-1]) != "not told apart"
    }


def test_two_runs_of_the_same_differ_in_nothing() -> None:
    assert directions(after()) == {}


@pytest.mark.parametrize(("factor", "direction"), [(0.7, "better"), (1.5, "worse")])
def test_what_changed_is_told_and_nothing_else_is(factor: float, direction: str) -> None:
    changed = directions(after("flask_orm", "list_items", factor))
    assert changed == {("list_items", "ms", "flask_orm"): direction}


def test_a_generator_bound_row_has_neither_become_better_nor_worse() -> None:
    changed = directions(after("flask_orm", "list_items", 0.7, bound=(synthetic.BUSY,)))
    assert changed == {("list_items", "ms", "flask_orm"): "generator-bound"}


def test_the_runs_agree_on_the_order_of_what_both_tell_apart() -> None:
    assert compare.agreement(BEFORE, after()).endswith(
        "pairs of variants apart, all of them in the same order."
    )
    opposed = compare.agreement(BEFORE, after("django_drf", "list_items", 0.1))
    assert "in opposite order: " in opposed
    assert "flask_sqlite and django_drf in list_items by mean response time" in opposed


def test_a_pair_of_which_only_one_run_is_sure_is_no_agreement() -> None:
    few = synthetic.results(rounds=2, twins=False)
    assert compare.agreement(BEFORE, few) == "No two variants are told apart by both runs."


def test_who_has_fewer_records_is_no_better_for_it() -> None:
    few = {
        **BEFORE.plan.variants,
        "django_drf": BEFORE.plan.variants["django_drf"].model_copy(update={"records": 1}),
    }
    small = replace(BEFORE, plan=BEFORE.plan.model_copy(update={"variants": few}))
    assert not compare.same_size(small, "django_drf", "flask_orm")
    assert compare.agreement(small, small) != compare.agreement(BEFORE, BEFORE)


def test_what_differs_between_the_machines_and_the_plans_is_said() -> None:
    other = synthetic.results(rounds=5, twins=False)
    other = replace(other, machine={**other.machine, "k6": "v2.0.0"})
    assert list(compare.differences(BEFORE, other)) == [
        ["k6", "v1.0.0", "v2.0.0"],
        ["plan: rounds", "7", "5"],
    ]


def test_the_page_has_a_table_for_each_scenario_and_measure() -> None:
    blocks = compare.blocks(BEFORE, after())
    assert len([block for block in blocks if isinstance(block, Table)]) == 2 * len(synthetic.SCENARIOS)


def test_runs_with_nothing_in_common_say_so() -> None:
    *_, last = compare.blocks(BEFORE, synthetic.of("none", BEFORE.plan, []))
    assert isinstance(last, Text)
    assert plain(last.content) == "The two runs have no variant and no scenario in common."
