from loadtests.analysis.results import CPU, Results
from loadtests.analysis.sections import versions
from loadtests.tests.analysis import synthetic

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def both(factor: float, **figures: object) -> Results:
    """flask_orm, and beside it as of a commit, where it took `factor` as long."""
    results = synthetic.results(twins=False)
    now = results.plan.variants["flask_orm"]
    variants = {"flask_orm": now, "then": now.model_copy(update={"commit": COMMIT})}
    samples = [each for each in results.samples if each.variant == "flask_orm"]
    then = [
        each.model_copy(
            update={
                "variant": "then",
                "mean_ms": each.mean_ms * factor,
                "cpu_ms_per_request": each.cpu_ms_per_request * factor,
                "requests_per_second": each.requests_per_second / factor,
                **figures,
            }
        )
        for each in samples
    ]
    plan = results.plan.model_copy(update={"variants": variants})
    return synthetic.of("both", plan, sorted([*samples, *then], key=lambda each: each.round))


def test_a_run_without_a_commit_has_no_such_section() -> None:
    assert versions.section(synthetic.results()) == []


def test_what_became_faster_is_better_and_what_became_slower_is_worse() -> None:
    assert {each.direction for each in versions.changes(both(1.5))} == {"better"}
    assert {each.direction for each in versions.changes(both(0.8))} == {"worse"}
    assert {each.direction for each in versions.changes(both(1.0))} == {"not told apart"}
    assert len(versions.section(both(1.5))) == 3


def test_a_generator_bound_row_is_neither() -> None:
    changes = list(versions.changes(both(1.5, bound=(synthetic.BUSY,))))
    assert {each.direction for each in changes if each.measure != CPU} == {"generator-bound"}
    assert {each.direction for each in changes if each.measure == CPU} == {"better"}


def test_slower_are_those_that_are_worse_by_more_than_so_many_percent() -> None:
    assert versions.slower(both(1.2), 5) == []
    assert versions.slower(both(0.97), 5) == []
    sentences = versions.slower(both(0.8), 5)
    assert len(sentences) == 2 * len(synthetic.SCENARIOS)
    assert sentences[0] == "flask_orm, hello: req/s 25.0 % worse"
