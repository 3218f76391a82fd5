from loadtests.analysis.results import CPU, Results
from loadtests.analysis.sections import versions
from loadtests.measure.plan import Variant
from loadtests.tests.analysis import synthetic


def both(factor: float, **figures: object) -> Results:
    """flask_orm, and beside it as of a commit, where it took `factor` as long."""
    now = Variant(service="flask_orm")
    variants = {"flask_orm": now, "then": now.model_copy(update={"commit": "0123456789abcdef"})}
    plan = synthetic.plan().model_copy(update={"variants": variants})
    return synthetic.run(
        "both", plan, lambda cell: factor if cell.variant == "then" else 1.0, lambda _: figures
    )


def directions(results: Results) -> set[str]:
    return {each.direction for each in versions.changes(results, versions.pairs(results))}


def test_what_became_faster_is_better_and_what_became_slower_is_worse() -> None:
    assert versions.section(synthetic.results()) == []
    assert len(versions.section(both(1.5))) == 3
    assert directions(both(1.5)) == {"better"}
    assert directions(both(0.8)) == {"worse"}
    assert directions(both(1.0)) == {"not told apart"}


def test_a_generator_bound_row_is_neither_but_by_processor_time() -> None:
    results = both(1.5, bound=(synthetic.BUSY,))
    changes = versions.changes(results, versions.pairs(results))
    assert {(one.measure == CPU, one.direction) for one in changes} == {
        (False, "generator-bound"),
        (True, "better"),
    }


def test_slower_are_those_that_are_worse_by_more_than_so_many_percent() -> None:
    assert versions.slower(both(1.2), 5) == versions.slower(both(0.97), 5) == []
    sentences = versions.slower(both(0.8), 5)
    assert len(sentences) == 2 * len(synthetic.SCENARIOS)
    assert sentences[0] == "flask_orm, hello: req/s 25.0 % worse"
