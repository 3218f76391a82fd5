from dataclasses import replace

import pytest

from loadtests.analysis import compare
from loadtests.measure.run import RunError
from loadtests.tests.analysis import synthetic

BEFORE, AFTER = (synthetic.results(seed=seed, twins=False, name=str(seed)) for seed in (1, 10))


def test_two_runs_of_the_same_differ_in_nothing_and_what_all_share_is_the_day() -> None:
    """test_sections.py has a page of what differs."""
    slower = synthetic.changed(AFTER, lambda one: {"mean_ms": one.mean_ms * 3})
    for after in (AFTER, slower):
        rows = [row for table in synthetic.tables(compare.blocks(BEFORE, after)) for row in table]
        assert {row[-1] for row in rows} == {"not told apart"}
        order = "pairs of variants apart, all of them in the same order."
        assert compare.agreement(BEFORE, after).endswith(order)
    few = synthetic.results(rounds=2, twins=False)
    assert compare.agreement(BEFORE, few) == "No two variants are told apart by both runs."
    by_wrk = map(synthetic.by_wrk, (BEFORE, AFTER))
    assert compare.agreement(*by_wrk) == compare.agreement(BEFORE, AFTER)


def test_the_shared_variant_is_the_one_that_the_plan_repeats_or_the_first() -> None:
    reference, scenarios = compare.common(BEFORE, AFTER)
    assert reference == "flask_sqlite"
    assert reference not in scenarios["hello"]
    plain_runs = [synthetic.results(twins=False, control=False, seed=seed) for seed in (1, 2)]
    assert compare.common(*plain_runs)[0] == "fastapi_sqlite"


def test_runs_that_share_too_little_are_refused() -> None:
    one = synthetic.changed(BEFORE, lambda each: {} if each.variant == "flask_sqlite" else None)
    for other in (one, synthetic.of("none", BEFORE.plan, [])):
        with pytest.raises(RunError, match="share no scenario with two variants"):
            compare.blocks(BEFORE, other)


def test_what_differs_between_the_machines_and_the_plans_is_said() -> None:
    other = synthetic.results(rounds=5, twins=False)
    other = replace(other, machine={**other.machine, "k6": "v2.0.0", "wrk": "4.2.0"})
    assert list(compare.differences(BEFORE, other)) == [
        ["k6", "v1.0.0", "v2.0.0"],
        ["wrk", "", "4.2.0"],
        ["plan: rounds", "7", "5"],
    ]
