from math import nan

import pytest

from loadtests.report import gates
from loadtests.report.ratios import Interval
from loadtests.report.results import Results
from loadtests.runner.sample import Sample
from loadtests.tests import synthetic


def with_hello(**update: object) -> Results:
    results = synthetic.results(twins=False)

    def changed(sample: Sample) -> Sample:
        return (
            sample.model_copy(update=update)
            if (sample.variant, sample.scenario) == ("flask_orm", "hello")
            else sample
        )

    return Results(results.name, results.plan, results.machine, tuple(map(changed, results.samples)))


def test_a_sound_run_passes_all_of_them() -> None:
    passed = gates.passed(synthetic.results())
    assert passed.valid == passed.wanted == 7 * 11 * 7
    assert (passed.invalid, passed.bound, passed.unsteady, passed.dropped) == ({}, (), (), 0)
    assert passed.little == (0.99, 0.99)


def test_an_invalid_sample_is_counted_and_part_of_no_figure() -> None:
    results = with_hello(invalid="12 failed checks")
    passed = gates.passed(results)
    assert passed.valid == passed.wanted - 7
    assert list(passed.invalid) == ["12 failed checks"]
    assert passed.invalid["12 failed checks"][0] == "flask_orm hello 1"
    assert not results.of("flask_orm", "hello")


def test_a_cell_that_was_measured_again_counts_once() -> None:
    results = synthetic.results(twins=False)
    again = results.samples[0].model_copy(update={"invalid": "k6 ended with exit status 1"})
    results = Results(results.name, results.plan, results.machine, (again, *results.samples))
    assert len(results.valid) == len(results.samples) - 1


def test_a_scenario_that_is_still_warming_up_is_told_what_to_do() -> None:
    (warning,) = gates.passed(with_hello(first_half_ms=12.0, second_half_ms=10.0)).unsteady
    assert warning == (
        "flask_orm, hello: the second half was 17% faster than the first. It was not warm yet: "
        "raise `warm_up.seconds` in the plan."
    )


def test_a_scenario_that_slows_down_is_told_what_to_do() -> None:
    (warning,) = gates.passed(with_hello(first_half_ms=10.0, second_half_ms=12.0)).unsteady
    assert warning.startswith("flask_orm, hello: the second half was 20% slower than the first.")


@pytest.mark.parametrize(
    ("grown", "expected"),
    [
        (Interval(1.10, 1.08, 1.12), True),
        (Interval(1.10, 0.98, 1.22), False),  # it may be noise
        (Interval(1.02, 1.01, 1.03), False),  # it is too little
        (Interval(0.90, 0.88, 0.92), True),
        (Interval(1.10), True),  # of few rounds there is no interval: better a word too many
        (Interval(nan), False),
    ],
)
def test_what_is_steady(grown: Interval, expected: bool) -> None:
    assert gates.drifts(grown) == expected
