"""Runs that hardly differ; test_sections.py has a page of two that do."""

from dataclasses import replace

import pytest

from loadtests.analysis import compare
from loadtests.measure.run import RunError
from loadtests.tests.analysis import synthetic

BEFORE, AFTER = (synthetic.results(seed=seed, twins=False, name=str(seed)) for seed in (1, 10))


def test_two_runs_of_the_same_differ_in_nothing() -> None:
    rows = [row for table in synthetic.tables(compare.blocks(BEFORE, AFTER)) for row in table]
    assert {row[-1] for row in rows} == {"not told apart"}
    sentence = compare.agreement(BEFORE, AFTER)
    assert sentence.endswith("pairs of variants apart, all of them in the same order.")
    assert compare.agreement(*map(synthetic.by_wrk, (BEFORE, AFTER))) == sentence
    few = synthetic.results(rounds=2, twins=False)
    assert compare.agreement(BEFORE, few) == "No two variants are told apart by both runs."


def test_without_a_control_the_first_variant_is_the_shared_one() -> None:
    runs = [synthetic.results(twins=False, control=False, seed=seed) for seed in (1, 2)]
    reference, scenarios = compare.common(*runs)
    assert reference == "fastapi_sqlite"
    assert reference not in scenarios["hello"]


def test_runs_that_share_too_little_are_refused() -> None:
    alone = synthetic.changed(BEFORE, lambda sample: {} if sample.variant == "flask_sqlite" else None)
    for other in (alone, synthetic.of("none", BEFORE.plan, [])):
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
