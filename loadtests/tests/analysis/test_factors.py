"""A run whose costs are made of planted factors: what is planted is found."""

from functools import cache
from math import exp, log, prod

import numpy as np
import pytest

from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import Results
from loadtests.analysis.sections import attribution
from loadtests.measure.plan import Levels
from loadtests.measure.sample import Sample
from loadtests.tests.analysis import synthetic
from loadtests.tests.conftest import crossed

OPERATION = "create_item"
MS = {"flask": 0.32, "fastapi": 0.14, "django": 0.52}  # of an application and its server
EFFECTS: dict[tuple[str, object], float] = {  # planted: times the cost
    ("access", "orm"): 1.5,
    ("writing", "service"): 0.7,
    ("journal", "WAL"): 0.6,
    ("synchronous", "NORMAL"): 0.5,
    ("workers", 1): 1.3,
    ("workers", 4): 0.9,
    ("worker_class", "sync"): 1.25,
}  # none of threads, nor of asgi


def levels(variant: str) -> Levels:
    chosen = crossed().variants[variant].levels
    assert chosen is not None
    return chosen


@cache
def results(noise: float = 0.01, without: tuple[str, ...] = ()) -> Results:
    random = np.random.default_rng(1)
    scenarios = {OPERATION: crossed().scenarios[OPERATION]}
    plan = crossed().model_copy(update={"rounds": 5, "scenarios": scenarios})
    shared = random.normal(0, 0.1, plan.rounds + 1)

    def change(sample: Sample) -> synthetic.Figures | None:
        chosen = levels(sample.variant)
        times = prod(times for (name, level), times in EFFECTS.items() if getattr(chosen, name) == level)
        ms = MS[chosen.framework] * times * exp(shared[sample.round] + random.normal(0, noise))
        return None if sample.variant in without else {"cpu_ms_per_request": ms}

    return synthetic.run("crossed", plan, change=change)


def effects(results: Results) -> dict[str, Interval]:
    return attribution.by_size(results, OPERATION)


@pytest.mark.parametrize(
    ("name", "planted"),
    [
        ("SQL for the ORM", 1 / 1.5),
        ("service for twin", 0.7),
        ("WAL for DELETE", 0.6),
        ("NORMAL for FULL", 0.5),
        ("1 worker for 2", 1.3),
        ("4 workers for 2", 0.9),
        ("8 threads for 2", 1),
        ("1 thread for 2", 1),
        ("sync for gthread", 1.25),
        ("asgi for Uvicorn", 1),
        ("FastAPI for Flask", 0.14 / 0.32),
    ],
)
def test_a_planted_effect_is_found(name: str, planted: float) -> None:
    noisy = effects(results())[name]
    assert noisy.low < noisy.value < noisy.high
    assert log(noisy.value) == pytest.approx(-log(planted), abs=0.03)
    assert effects(results(noise=0))[name].value == pytest.approx(1 / planted)


def test_a_missing_cell_is_done_without_and_what_cannot_be_told_is_left_out() -> None:
    run = results()
    some = synthetic.changed(run, lambda sample: {} if (sample.round + len(sample.variant)) % 7 else None)
    assert effects(some)["WAL for DELETE"].value == pytest.approx(1 / 0.6, rel=0.03)
    sync = tuple(name for name in crossed().variants if levels(name).worker_class == "sync")
    without = effects(results(without=sync))
    assert {"sync for gthread", "WAL for DELETE"} & without.keys() == {"WAL for DELETE"}


def test_what_a_model_lacks_widens_its_intervals() -> None:
    """More rounds of the same variants do not tell more of what is between them."""
    odd = [name for name, variant in crossed().variants.items() if variant.group == "design"][::5]

    def bent(sample: Sample) -> synthetic.Figures:
        return {"cpu_ms_per_request": sample.cpu_ms_per_request * (1.4 if sample.variant in odd else 1)}

    interval = effects(synthetic.changed(results(noise=0), bent))["FastAPI for Flask"]
    assert interval.high / interval.low > 1.1


def test_a_run_that_lacks_a_stack_leaves_its_cells_empty() -> None:
    django = tuple(name for name, variant in crossed().variants.items() if variant.service == "django_drf")
    gaps, sizes = synthetic.tables(attribution.section(results(without=django)))
    assert gaps[2][3:] == [""] * 5
    assert "Flask for Django" not in [row[0] for row in sizes]
