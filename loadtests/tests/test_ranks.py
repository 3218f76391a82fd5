from collections.abc import Sequence

import pytest

from loadtests.report import ranks
from loadtests.report.ratios import Interval
from loadtests.report.results import CPU, LATENCY, THROUGHPUT, Results
from loadtests.tests import synthetic


def numbered(order: str, alike: Sequence[str]) -> dict[str, tuple[int, ...]]:
    pairs = {frozenset(pair) for pair in alike}
    return ranks.numbered(list(order), lambda one, other: frozenset((one, other)) in pairs)


def test_variants_that_all_differ_have_a_rank_each() -> None:
    assert numbered("ABC", []) == {"A": (1,), "B": (2,), "C": (3,)}


def test_variants_that_cannot_be_told_apart_share_a_rank() -> None:
    assert numbered("ABC", ["AB"]) == {"A": (1,), "B": (1,), "C": (2,)}
    assert numbered("ABC", ["AB", "BC", "AC"]) == {"A": (1,), "B": (1,), "C": (1,)}


def test_many_that_are_all_alike_share_one_rank() -> None:
    names = [f"{number:02}" for number in range(50)]
    assert set(ranks.numbered(names, lambda *_: True).values()) == {(1,)}


def test_being_alike_does_not_carry_over() -> None:
    assert numbered("ABC", ["AB", "BC"]) == {"A": (1,), "B": (1, 2), "C": (2,)}


@pytest.mark.parametrize("alike", [["AB", "BD"], ["AD", "BC"], ["AC", "BD", "CD"], ["AB", "AC", "BC", "CD"]])
def test_two_share_a_rank_exactly_when_they_are_alike(alike: list[str]) -> None:
    found = numbered("ABCD", alike)
    sharing = {
        one + other for one in "ABCD" for other in "ABCD" if one < other and {*found[one]} & {*found[other]}
    }
    assert sharing == set(alike)


def test_ranks_are_written_short() -> None:
    assert ranks.compact((2,)) == "2"
    assert ranks.compact((1, 2, 3)) == "1-3"
    assert ranks.compact((1, 3, 4)) == "1, 3-4"


def test_the_faster_come_first() -> None:
    results = synthetic.results(twins=False)
    by_throughput = ranks.ranking(results, "hello", THROUGHPUT)
    by_latency = ranks.ranking(results, "list_items", LATENCY)
    assert by_throughput.order[0] == "fastapi_sqlite"
    assert by_throughput.shown("fastapi_sqlite") == "1"
    assert by_latency.order[0] == "flask_sqlite"
    assert by_latency.order[-1] == "django_drf"


def test_the_control_is_the_noise_floor_and_does_not_rank() -> None:
    results = synthetic.results()
    found = ranks.ranking(results, "hello", THROUGHPUT)
    assert results.controls == {"flask_sqlite": "flask_sqlite_again"}
    assert "flask_sqlite_again" not in found.order
    assert found.floor > 1


def test_a_difference_below_the_noise_floor_is_not_claimed() -> None:
    assert ranks.told_apart(Interval(1.02, 1.01, 1.03), floor=1.0)
    assert not ranks.told_apart(Interval(1.02, 1.01, 1.03), floor=1.025)


def test_one_round_tells_nothing_apart() -> None:
    found = ranks.ranking(synthetic.results(rounds=1, control=False), "hello", THROUGHPUT)
    assert {*found.ranks.values()} == {(1,)}


def bound(rounds: range) -> Results:
    results = synthetic.results(twins=False)
    samples = tuple(
        each.model_copy(update={"bound": "k6 had no core left"})
        if (each.variant, each.scenario) == ("fastapi_orm", "hello") and each.round in rounds
        else each
        for each in results.samples
    )
    return Results(results.name, results.plan, results.machine, samples)


def test_a_generator_bound_row_ranks_no_one_but_by_processor_time() -> None:
    results = bound(range(1, 5))
    found = ranks.ranking(results, "hello", THROUGHPUT)
    assert found.bound == {"fastapi_orm": "k6 had no core left"}
    assert not found.ranks  # nor does any row beside it: who is first of the others is not the first
    assert not any("fastapi_orm" in pair for pair in found.pairs)
    assert ranks.ranking(results, "hello", CPU).shown("fastapi_sqlite") == "1"


def test_a_row_is_generator_bound_if_it_was_so_in_half_of_the_rounds() -> None:
    assert not ranks.ranking(bound(range(1, 4)), "hello", THROUGHPUT).bound
    assert ranks.ranking(bound(range(1, 5)), "hello", THROUGHPUT).bound


def test_two_runs_never_rank_what_both_separate_in_opposite_order() -> None:
    one, other = (ranks.ranking(synthetic.results(seed=seed), "get_item", LATENCY) for seed in (1, 2))
    for pair in one.pairs:
        if one.separates(*pair) and other.separates(*pair):
            assert pair in other.pairs
