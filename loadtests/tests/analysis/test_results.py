from math import isnan

from loadtests.analysis.results import CPU, LATENCY, THROUGHPUT, Results, percentiles
from loadtests.measure.plan import Scenario
from loadtests.measure.sample import Cell, Reason
from loadtests.tests.analysis import synthetic

RESULTS = synthetic.results()


def test_a_refused_sample_is_part_of_no_figure_and_the_last_of_a_cell_counts() -> None:
    first = RESULTS.samples[0].model_copy(update={"mean_ms": 1e9})
    refused = first.model_copy(update={"invalid": Reason(code="worker")})
    for instead in (refused, first):
        again = synthetic.of("again", RESULTS.plan, [instead, *RESULTS.samples])
        for_all = (run.mean("fastapi_sqlite", "hello", LATENCY) for run in (again, RESULTS))
        assert len({*for_all}) == 1


def test_a_twin_is_pale_beside_services_alone() -> None:
    assert RESULTS.is_pale("twin_flask_orm")
    twins = synthetic.changed(RESULTS, lambda sample: {} if sample.variant.startswith("twin_") else None)
    assert not twins.is_pale("twin_flask_orm")


def test_the_measure_of_a_scenario_is_the_plans_but_at_a_fixed_rate() -> None:
    assert (RESULTS.headline("hello"), RESULTS.headline("get_item")) == (THROUGHPUT, LATENCY)
    scenarios = {"hello": Scenario(users=5, seconds=1, rates=(100,), headline="throughput")}
    plan = RESULTS.plan.model_copy(update={"scenarios": scenarios})
    assert synthetic.of("open", plan, []).headline("hello") == LATENCY


def test_without_a_request_there_is_no_percentile() -> None:
    assert isnan(*percentiles([], [99]))


def measured_at(*blocks: tuple[int, str, str]) -> Results:
    """Round, variant and time of day, in the order in which they were measured."""
    samples = [
        synthetic.sample(Cell(number, variant, "hello"), variant, "hello").model_copy(
            update={"started": f"2026-01-01T{time}:00+00:00"}
        )
        for number, variant, time in blocks
    ]
    return synthetic.of("sittings", RESULTS.plan, samples)


def pairs(results: Results) -> int:
    flask, django = (results.series(name, "hello", CPU) for name in ("flask_orm", "django_drf"))
    return len(flask.keys() & django.keys())


def test_a_block_that_was_measured_again_later_is_paired_with_what_was_measured_then() -> None:
    first = [(1, "flask_orm", "10:00"), (1, "django_drf", "10:01"), (2, "flask_orm", "10:02")]
    assert pairs(measured_at(*first, (2, "django_drf", "10:03"))) == 2
    again = [*first, (2, "django_drf", "10:03"), (3, "django_drf", "10:04"), (1, "flask_orm", "10:05")]
    assert pairs(measured_at(*again)) == 1  # not round 1, whose other block is of another time
    assert pairs(measured_at(*again, (1, "django_drf", "10:06"))) == 2  # both of them again
    assert pairs(measured_at(*first, (2, "django_drf", "23:00"))) == 1  # the run went on hours later
