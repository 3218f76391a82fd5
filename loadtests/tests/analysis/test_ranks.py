from collections.abc import Sequence

import pytest

from loadtests.analysis import ranks
from loadtests.analysis.intervals import Interval
from loadtests.analysis.ranks import Ranking
from loadtests.analysis.results import CPU, LATENCY, THROUGHPUT, Measure, Results
from loadtests.tests.analysis import synthetic


def numbered(order: str, alike: Sequence[str]) -> dict[str, tuple[int, ...]]:
    pairs = {frozenset(pair) for pair in alike}
    return ranks.numbered(list(order), lambda one, other: frozenset((one, other)) in pairs)


def ranking(results: Results, scenario: str, measure: Measure) -> Ranking:
    return ranks.ranking(results, scenario, measure, results.groups["services"])


@pytest.mark.parametrize(
    ("alike", "expected"),
    [
        ([], {"A": (1,), "B": (2,), "C": (3,)}),
        (["AB"], {"A": (1,), "B": (1,), "C": (2,)}),
        (["AB", "BC", "AC"], {"A": (1,), "B": (1,), "C": (1,)}),
        (["AB", "BC"], {"A": (1,), "B": (1, 2), "C": (2,)}),  # being alike does not carry over
    ],
)
def test_variants_share_a_rank_where_they_are_alike(alike: list[str], expected: object) -> None:
    assert numbered("ABC", alike) == expected


def test_many_that_are_all_alike_share_one_rank() -> None:
    names = [f"{number:02}" for number in range(50)]
    assert set(ranks.numbered(names, lambda *_: True).values()) == {(1,)}


@pytest.mark.parametrize("alike", [["AB", "BD"], ["AD", "BC"], ["AC", "BD", "CD"], ["AB", "AC", "BC", "CD"]])
def test_two_share_a_rank_exactly_when_they_are_alike(alike: list[str]) -> None:
    found = numbered("ABCD", alike)
    sharing = {
        one + other for one in "ABCD" for other in "ABCD" if one < other and {*found[one]} & {*found[other]}
    }
    assert sharing == set(alike)


def test_ranks_are_written_short() -> None:
    assert [ranks.compact(each) for each in ((), (2,), (1, 2, 3), (1, 3, 4))] == ["", "2", "1-3", "1, 3-4"]


def test_the_faster_come_first() -> None:
    results = synthetic.results(twins=False)
    by_throughput = ranking(results, "hello", THROUGHPUT)
    by_latency = ranking(results, "list_items", LATENCY)
    assert (by_throughput.order[0], by_throughput.rank("fastapi_sqlite")) == ("fastapi_sqlite", "1")
    assert by_throughput.first == ["fastapi_sqlite"]
    assert (by_latency.order[0], by_latency.order[-1]) == ("flask_sqlite", "django_drf")


def test_the_control_is_the_noise_floor_and_does_not_rank() -> None:
    found = ranking(synthetic.results(), "hello", THROUGHPUT)
    assert "flask_sqlite_again" not in found.order
    assert found.floor > 1


def test_a_difference_below_the_noise_floor_is_not_claimed() -> None:
    assert ranks.told_apart(Interval(1.02, 1.01, 1.03), floor=1.0)
    assert not ranks.told_apart(Interval(1.02, 1.01, 1.03), floor=1.025)


def test_one_round_tells_nothing_apart() -> None:
    found = ranking(synthetic.results(rounds=1, control=False), "hello", THROUGHPUT)
    assert {*found.ranks.values()} == {(1,)}


def test_a_generator_bound_row_ranks_no_one_but_by_processor_time() -> None:
    results = synthetic.bound(synthetic.results(), "fastapi_orm", "hello", range(1, 5))
    found = ranking(results, "hello", THROUGHPUT)
    assert found.bound == {"fastapi_orm": (synthetic.BUSY,)}
    assert not found.ranks  # nor does any row beside it: who is first of the others is not the first
    assert not any("fastapi_orm" in pair for pair in found.pairs)
    assert ranking(results, "hello", CPU).rank("fastapi_sqlite") == "1"


def test_a_row_is_generator_bound_if_it_was_so_in_half_of_the_rounds() -> None:
    results = synthetic.results()
    some = synthetic.bound(results, "fastapi_orm", "hello", range(1, 4))
    assert not ranking(some, "hello", THROUGHPUT).bound


def test_two_runs_never_rank_what_both_separate_in_opposite_order() -> None:
    one, other = (ranking(synthetic.results(seed=seed), "get_item", LATENCY) for seed in (1, 2))
    for pair in one.pairs:
        if one.separates(*pair) and other.separates(*pair):
            assert pair in other.pairs
