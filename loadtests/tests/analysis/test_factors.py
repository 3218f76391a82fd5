"""A run whose costs are made of planted factors: what is planted is found."""

from collections.abc import Mapping
from functools import cache
from math import exp, log, prod

import numpy as np
import pytest

from harness.service import declared, services
from loadtests.analysis.results import Results
from loadtests.analysis.sections import attribution
from loadtests.measure import design
from loadtests.measure import plan as plans
from loadtests.measure.plan import FLOOR, Levels, Plan
from loadtests.measure.sample import Sample
from loadtests.tests.analysis import synthetic

FLOORS = {"wsgi": 0.12, "asgi": 0.04}  # ms that a server takes
FRAMEWORKS = {"flask": 0.2, "fastapi": 0.1, "django": 0.4}  # and an application beyond it
EFFECTS: Mapping[tuple[str, object], float] = {  # planted: times the cost
    ("access", "orm"): 1.5,
    ("writing", "service"): 0.7,
    ("journal", "WAL"): 0.6,
    ("synchronous", "NORMAL"): 0.5,
    ("workers", 1): 1.3,
    ("workers", 4): 0.9,
    ("worker_class", "sync"): 1.25,
}  # none of threads, nor of asgi


@cache
def plan() -> Plan:
    return design.crossed(plans.read("factors"), {name: declared(name) for name in services()})


def levels(name: str) -> Levels:
    one = plan().variants[name].levels
    assert one is not None
    return one


def cost(one: Levels, scenario: str) -> float:
    """In ms, of the machine; a floor's is that of its server alone."""
    if one.framework == "none":
        return FLOORS[one.server]
    of_the_database = {"access", "journal", "synchronous"} if scenario in FLOOR else set()
    planted = ((name, times) for (name, level), times in EFFECTS.items() if getattr(one, name) == level)
    times = prod(times for name, times in planted if name not in of_the_database)
    return (FLOORS[one.server] + FRAMEWORKS[one.framework]) * times


@cache
def results(rounds: int = 5, noise: float = 0.01, without: tuple[str, ...] = ()) -> Results:
    random = np.random.default_rng(1)
    shared = random.normal(0, 0.1, rounds + 1)

    def change(one: Sample) -> synthetic.Figures | None:
        ms = cost(levels(one.variant), one.scenario) * exp(shared[one.round] + random.normal(0, noise))
        return None if one.variant in without else {"cpu_ms_per_request": ms}

    return synthetic.run("crossed", plan().model_copy(update={"rounds": rounds}), change=change)


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
    noisy = attribution.by_size(results(), "create_item")[name]
    assert noisy.low < noisy.value < noisy.high
    assert log(noisy.value) == pytest.approx(-log(planted), abs=0.03)
    assert attribution.by_size(results(noise=0), "create_item")[name].value == pytest.approx(1 / planted)


def test_a_missing_cell_is_done_without_and_what_cannot_be_told_is_left_out() -> None:
    some = synthetic.changed(results(), lambda one: {} if (one.round + len(one.variant)) % 7 else None)
    wal = attribution.by_size(some, "create_item")["WAL for DELETE"].value
    assert wal == pytest.approx(1 / 0.6, rel=0.03)
    sync = tuple(name for name in plan().variants if levels(name).worker_class == "sync")
    without = attribution.by_size(results(without=sync), "create_item")
    assert "sync for gthread" not in without
    assert "WAL for DELETE" in without


def test_what_a_model_lacks_widens_its_intervals() -> None:
    """More rounds of the same variants do not tell more of what is between them."""
    odd = [name for name, one in plan().variants.items() if one.group == "design"][::5]
    bent = synthetic.changed(
        results(noise=0),
        lambda one: {"cpu_ms_per_request": one.cpu_ms_per_request * (1.4 if one.variant in odd else 1)},
    )
    found = attribution.by_size(bent, "create_item")["FastAPI for Flask"]
    assert found.high / found.low > 1.1


def test_a_run_that_lacks_a_stack_leaves_its_cells_empty() -> None:
    django = tuple(name for name, one in plan().variants.items() if one.service == "django_drf")
    blocks = attribution.section(results(without=django))
    gaps, effects = synthetic.tables(blocks)[:2]
    assert gaps[2][3:] == [""] * 5
    assert "Flask for Django" not in [row[0] for row in effects]
