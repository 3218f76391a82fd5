import pytest

from loadtests.analysis import ranks
from loadtests.analysis.ranks import Ranking
from loadtests.analysis.results import CPU, THROUGHPUT, Measure, Results
from loadtests.tests.analysis import synthetic


def ranking(results: Results, scenario: str, measure: Measure) -> Ranking:
    return ranks.ranking(results, scenario, measure, results.groups["services"])


@pytest.mark.parametrize(
    ("alike", "expected"),
    [
        ([], [1, 2, 3]),
        (["AB"], [1, 1, 3]),
        (["AB", "BC", "AC"], [1, 1, 1]),
        (["AB", "BC"], [1, 1, 2]),  # being alike does not carry over: A is better than C
    ],
)
def test_a_rank_is_one_more_than_those_that_are_better(alike: list[str], expected: list[int]) -> None:
    found = ranks.numbered("ABC", lambda one, other: one + other not in alike)
    assert [found[name] for name in "ABC"] == expected


def test_the_control_is_the_noise_floor_and_does_not_rank() -> None:
    results = synthetic.results()
    found = ranking(results, "hello", THROUGHPUT)
    value = results.times("flask_sqlite", "flask_sqlite_again", "hello", THROUGHPUT).value
    assert "flask_sqlite_again" not in found.order
    assert found.floor == max(value, 1 / value) > 1


def test_a_generator_bound_row_ranks_no_one_but_by_processor_time() -> None:
    bound = synthetic.bound(synthetic.results(), "fastapi_orm", "hello", range(1, 5))
    found = ranking(bound, "hello", THROUGHPUT)
    assert found.bound == {"fastapi_orm": (synthetic.BUSY,)}
    assert not found.ranks  # nor does any row beside it: who is first of the others is not the first
    assert not any("fastapi_orm" in pair for pair in found.pairs)
    assert ranking(bound, "hello", CPU).rank("fastapi_sqlite") == "1"
    in_less_than_half = synthetic.bound(synthetic.results(), "fastapi_orm", "hello", range(1, 4))
    assert not ranking(in_less_than_half, "hello", THROUGHPUT).bound
