"""Synthetic runs, for the tests alone: no figure in here was measured. A seed makes each the same forever."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import inf, nan
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from harness.document import Block, Table, Text, plain
from harness.k6 import PERCENTS
from loadtests.analysis.results import Results
from loadtests.cost import costs
from loadtests.cost.costs import Cost, Count
from loadtests.measure import plan as plans
from loadtests.measure.plan import Plan, Scenario, Variant
from loadtests.measure.sample import Cell, Operation, Reason, Sample
from loadtests.measure.variants import Folders

SERVICES = ("fastapi_sqlite", "fastapi_orm", "flask_sqlite", "flask_orm", "django_drf")
MACHINE: Mapping[str, Any] = {
    "cpu": "A synthetic processor",
    "cores": 2,
    "memory_gib": 8.0,
    "system": "Linux",
    "kernel": "6.1",
    "python": "3.11.7",
    "k6": "v1.0.0",
    "load_before": [0.1, 0.1, 0.1],
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "packages": {service: {"gunicorn": "23.0.0"} for service in SERVICES},
    "configuration": {service: {"workers": 2} for service in SERVICES},
}
BY_BOTH = plans.read("paper")
PAPER = plans.without_wrk(BY_BOTH, "there was no wrk")
SCENARIOS = PAPER.scenarios
# mean latency in ms of each service in each scenario, for one user's request
MEANS = {
    "hello": (14, 16, 25, 26, 42),
    "echo": (33, 37, 55, 56, 86),
    "list_items": (30, 62, 24, 48, 70),
    "get_item": (3.1, 6.4, 4.0, 7.7, 12.5),
    "create_item": (6.1, 9.0, 6.6, 10.2, 14.6),
    "replace_item": (6.4, 10.1, 6.5, 10.9, 15.8),
    "delete_item": (1.1, 1.9, 1.2, 2.0, 2.9),
}
SPREAD = 0.015  # of a variant's mean from round to round, as logarithm
ROUND = 0.05  # what all variants of a round share
BUSY = Reason(code="cores", numbers={"share": 0.97})
Figures = Mapping[str, Any]
SECTIONS = ("ranks", "scenarios", "memory", "versions", "study", "load", "gates")


def plan(rounds: int = 7, twins: bool = True, control: bool = True) -> Plan:
    variants = {name: Variant(service=name) for name in SERVICES}
    if control:
        variants["flask_sqlite_again"] = Variant(service="flask_sqlite", control_of="flask_sqlite")
    if twins:
        for name in SERVICES:
            variants[f"twin_{name}"] = Variant(service=name, group="twins", application="twin")
    made_up = {"name": "synthetic", "about": "Made up for the tests.", "rounds": rounds, "sections": SECTIONS}
    groups = {"services": "Services", "twins": "Twins"}
    return PAPER.model_copy(update=made_up | {"groups": groups, "variants": variants})


def of(name: str, plan: Plan, samples: list[Sample]) -> Results:
    declared = Folders(Path()).declared
    versions = {name: declared(Variant(service=variant.service)) for name, variant in plan.variants.items()}
    return Results(name, plan, MACHINE, tuple(samples), versions, {"hello": 9000.0, "echo": 7000.0})


def run(
    name: str,
    plan: Plan,
    factor: Callable[[Cell], float] = lambda _: 1.0,
    change: Callable[[Sample], Figures | None] = lambda _: {},
) -> Results:
    """Every cell of a plan, where each takes `factor` times as long as it should."""
    samples = [
        sample(cell, plan.variants[cell.variant].service, plan.operation(cell.scenario), factor(cell))
        for cell in plans.cells(plan)
    ]
    return changed(of(name, plan, samples), change)


@cache
def results(
    rounds: int = 7, twins: bool = True, control: bool = True, seed: int = 1, name: str = "synthetic"
) -> Results:
    chosen = plan(rounds, twins, control)
    random = np.random.default_rng(seed)
    shared = random.normal(0, ROUND, rounds + 1)

    def factor(cell: Cell) -> float:
        slow = 1.6 if chosen.variants[cell.variant].application == "twin" else 1.0
        return slow * float(np.exp(shared[cell.round] + random.normal(0, SPREAD)))

    return run(name, chosen, factor)


def changed(results: Results, change: Callable[[Sample], Figures | None]) -> Results:
    """The run with some figures of each sample replaced; without those that come to nothing."""
    changes = [(sample, change(sample)) for sample in results.samples]
    kept = [sample.model_copy(update=dict(figures)) for sample, figures in changes if figures is not None]
    return replace(results, samples=tuple(kept))


def only(results: Results, *scenarios: str) -> Results:
    return changed(results, lambda sample: {} if sample.scenario in scenarios else None)


def by_wrk(results: Results) -> Results:
    """The run with what wrk measured too, which is what k6 did."""
    scenarios = [name for name in BY_BOTH.scenarios if name not in SCENARIOS]
    again = [
        sample.model_copy(update={"scenario": name, "bound": ()})
        for sample in results.samples
        for name in scenarios
        if sample.scenario == BY_BOTH.operation(name)
    ]
    plan = results.plan.model_copy(update={"scenarios": BY_BOTH.scenarios})
    return replace(results, plan=plan, samples=(*results.samples, *again))


def bound(results: Results, variant: str, scenario: str, rounds: range) -> Results:
    def change(sample: Sample) -> Figures:
        chosen = (sample.variant, sample.scenario) == (variant, scenario) and sample.round in rounds
        return {"bound": (BUSY,)} if chosen else {}

    return changed(results, change)


def sample(cell: Cell, service: str, operation: Operation, factor: float = 1) -> Sample:
    load = SCENARIOS[operation]
    mean = MEANS[operation][SERVICES.index(service)] * factor
    quantiles = latencies(mean)
    per_second = load.users / mean * 1000
    requests = load.iterations or round(per_second * (load.seconds or 0))
    return Sample(
        **cell._replace(rate=cell.rate or nan)._asdict(),
        service=service,
        started="2026-01-01T00:00:00+00:00",
        users=load.users,
        requests=requests,
        seconds=requests / per_second,
        requests_per_second=per_second,
        mean_ms=mean,
        p99_ms=quantiles[PERCENTS.index(99)],
        max_ms=quantiles[-1],
        quantiles_ms=quantiles,
        cpu_ms_per_request=mean / load.users * 1.4,
        service_cpu_share=0.7,
        k6_cpu_share=0.2,
        memory_mib=80 + 10 * SERVICES.index(service),
        memory_kind="pss",
        ceiling_share=0.3,
        little=0.99,
        first_half_ms=mean * 1.004 if load.seconds else nan,
        second_half_ms=mean * 0.996 if load.seconds else nan,
        idle_memory_mib=70 + 10 * SERVICES.index(service),
    )


NORMAL = np.array([NormalDist().inv_cdf(min(max(percent / 100, 0.0005), 0.9999)) for percent in PERCENTS])


def latencies(mean: float, sigma: float = 0.35) -> tuple[float, ...]:
    """The quantiles of a lognormal with this mean, its two ends cut off."""
    values: list[float] = (mean * np.exp(sigma * NORMAL - sigma**2 / 2)).tolist()
    return tuple(values)


# --- runs of other plans ------------------------------------------------------------------------------------

RATES = (100.0, 200.0, 400.0)
SIZES = (1500, 150_000, 1_500_000)
STACKS = ("fastapi_orm", "flask_sqlite")
DATABASES = {"sqlite": 1.0, "postgresql:socket": 1.2, "postgresql": 1.5, "postgresql:1ms": 4.0}


def planned(
    variants: Mapping[str, Variant], scenarios: Mapping[str, Scenario] = SCENARIOS, rounds: int = 7
) -> Plan:
    groups = {variant.group: variant.group for variant in variants.values()}
    made_up = {"variants": dict(variants), "scenarios": dict(scenarios), "groups": groups}
    return plan(rounds).model_copy(update=made_up)


def racing(ends: Mapping[str, Sequence[float]], control: str | None = None) -> Results:
    """Each variant's highest sustained rate in each round; `again` repeats the control."""
    variants = {
        name: Variant(service="flask_orm", control_of=control if name == "again" else None) for name in ends
    }

    def change(sample: Sample) -> Figures:
        p99 = 5.0 if sample.rate <= ends[sample.variant][sample.round - 1] else 120.0
        return {"p99_ms": p99, "quantiles_ms": (p99,) * len(PERCENTS)}

    rising = {"hello": Scenario(users=500, seconds=10, rates=RATES)}
    return run("racing", planned(variants, rising, len(next(iter(ends.values())))), change=change)


def sized(times: float = 1.0, **figures: object) -> Results:
    """At the most rows of flask_sqlite each operation takes `times` as long as at the fewest."""
    variants = {
        f"{service}_{records}": Variant(service=service, group=service, records=records)
        for service in STACKS
        for records in SIZES
    }

    def factor(cell: Cell) -> float:
        rows = (variants[cell.variant].records or 0) / SIZES[0] if cell.scenario == "list_items" else 1
        return rows * (times if cell.variant == f"flask_sqlite_{SIZES[-1]}" else 1)

    chosen = planned(variants, {name: SCENARIOS[name] for name in ("list_items", "get_item")}, rounds=5)
    return run("sized", chosen, factor, lambda sample: {"rows": variants[sample.variant].records, **figures})


def stepped(rounds: int = 3) -> Results:
    """On each server Django's list takes three times as long; one variant of Flask has more threads."""
    variants = {
        f"{service}_{kind}": Variant(service=service, group=service, database=kind)
        for service in ("flask_orm", "django_drf")
        for kind in DATABASES
    }
    variants["more"] = variants["flask_orm_postgresql:1ms"].model_copy(update={"env": {"THREADS": "8"}})

    def factor(cell: Cell) -> float:
        variant = variants[cell.variant]
        list_of_django = (cell.scenario, variant.service) == ("list_items", "django_drf")
        slower = 3.0 if list_of_django and variant.database != "sqlite" else 1.0
        return slower * DATABASES[variant.database] / (2 if variant.env else 1)

    chosen = planned(variants, {name: SCENARIOS[name] for name in ("get_item", "list_items")}, rounds)
    figures = {"database_cpu_ms_per_request": 0.25, "round_trip_ms": 0.04}
    return run("stepped", chosen, factor, lambda _: figures)


def since_a_commit(factors: Mapping[str, float]) -> Results:
    """Each of these services, and beside it as of a commit, where it took `factor` times as long."""
    variants = {name: Variant(service=name) for name in factors}
    variants |= {f"{name}_then": Variant(service=name, commit="0123456789abcdef") for name in factors}

    def factor(cell: Cell) -> float:
        return factors[variants[cell.variant].service] if variants[cell.variant].commit else 1.0

    return run("since", planned(variants), factor)


SUSTAINED = {  # requests per second, of the plan's variants
    "flask_orm_direct": 610,
    "flask_orm_1": 390,
    "flask_orm_2": 490,
    "flask_orm_4": 760,
    "fastapi_orm_1": 310,
    "fastapi_orm_2": 490,
    "fastapi_orm_4": 610,
}
MS = {"cpu_ms_per_request": 1.6, "nginx_cpu_ms_per_request": 0.1, "database_cpu_ms_per_request": 0.3}


def replicated(rounds: int = 3, worse: float = inf, **figures: float) -> Results:
    """Each request takes as much as MS has it; in the first round no variant sustains more than `worse`."""
    chosen = plans.read("replicas").model_copy(update={"rounds": rounds})

    def change(sample: Sample) -> Figures | None:
        end = min(SUSTAINED[sample.variant], worse if sample.round == 1 else inf)
        if sample.rate > next(rate for rate in chosen.scenarios[sample.scenario].rates if rate > end):
            return None  # a variant that failed a rate climbs no further
        p99 = 5.0 if sample.rate <= end else 120.0
        alone = {"nginx_cpu_ms_per_request": nan} if chosen.variants[sample.variant].replicas is None else {}
        took = {"requests_per_second": sample.rate, "p99_ms": p99, "quantiles_ms": (p99,) * len(PERCENTS)}
        return {**MS, "k6_cpu_share": 0.1, **figures, **alone, **took}

    return run("replicated", chosen, change=change)


# --- counts -------------------------------------------------------------------------------------------------


def count() -> Count:
    """In place of costs.read(): an operation costs by its mean time."""
    cells = {
        name: {operation: Cost(100_000 * means[place], 0, 20, 0) for operation, means in MEANS.items()}
        for place, name in enumerate(SERVICES)
    }
    groups = (costs.SERVICES, costs.TWINS, costs.POSTGRESQL)
    return Count({"python": "3.11.7"}, dict.fromkeys(groups, cells))


# --- what a page has ----------------------------------------------------------------------------------------


def tables(blocks: Iterable[Block]) -> list[list[list[str]]]:
    """The cells of each table."""
    return [[[*map(plain, row)] for row in block.rows] for block in blocks if isinstance(block, Table)]


def texts(blocks: Iterable[Block], kind: str) -> list[str]:
    return [plain(block.content) for block in blocks if isinstance(block, Text) and block.kind == kind]
