"""Synthetic runs, for the tests alone: no figure in here was measured. A seed makes each the same forever."""

from collections.abc import Mapping
from functools import cache
from math import nan
from typing import Any

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from harness.k6 import PERCENTS
from loadtests.report.results import Results
from loadtests.runner.plan import Pauses, Plan, Scenario, Variant, WarmUp
from loadtests.runner.sample import Operation, Sample

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
}
SCENARIOS: dict[Operation, Scenario] = {
    "hello": Scenario(users=50, seconds=10),
    "echo": Scenario(users=100, seconds=15),
    "list_items": Scenario(users=10, iterations=100),
    "get_item": Scenario(users=10, iterations=1000),
    "create_item": Scenario(users=10, iterations=1000),
    "replace_item": Scenario(users=10, iterations=1000),
    "delete_item": Scenario(users=1, iterations=100),
}
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


def plan(rounds: int = 7, twins: bool = True, control: bool = True) -> Plan:
    variants = {name: Variant(service=name) for name in SERVICES}
    if control:
        variants["flask_sqlite_again"] = Variant(service="flask_sqlite")
    if twins:
        variants |= {f"twin_{name}": Variant(service=name, twin=True) for name in SERVICES}
    return Plan(
        name="synthetic",
        about="Made up for the tests.",
        rounds=rounds,
        seed=1,
        records=1500,
        pauses=Pauses(after_start=0, after_load=0, after_warm_up=0, between_scenarios=0),
        warm_up=WarmUp(users=20, seconds=10, lists=20),
        scenarios=SCENARIOS,
        variants=variants,
    )


@cache
def results(
    rounds: int = 7, twins: bool = True, control: bool = True, seed: int = 1, name: str = "synthetic"
) -> Results:
    chosen = plan(rounds, twins, control)
    random = np.random.default_rng(seed)
    samples = []
    for number in range(1, rounds + 1):
        shared = random.normal(0, ROUND)
        for order, variant in enumerate(chosen.variants, 1):
            for scenario in SCENARIOS:
                factor = np.exp(shared + random.normal(0, SPREAD))
                samples.append(
                    sample(number, order, variant, chosen.variants[variant].service, scenario, factor)
                )
    return Results(name, chosen, MACHINE, tuple(samples))


def sample(number: int, order: int, variant: str, service: str, scenario: Operation, factor: float) -> Sample:
    load = SCENARIOS[scenario]
    mean = MEANS[scenario][SERVICES.index(service)] * factor * (1.6 if variant.startswith("twin_") else 1)
    quantiles = latencies(mean)
    per_second = load.users / mean * 1000
    requests = load.iterations or round(per_second * (load.seconds or 0))
    return Sample.model_validate(
        {
            "round": number,
            "variant": variant,
            "scenario": scenario,
            "service": service,
            "started": "2026-01-01T00:00:00+00:00",
            "users": load.users,
            "requests": requests,
            "seconds": requests / per_second,
            "requests_per_second": per_second,
            "mean_ms": mean,
            "p50_ms": quantiles[PERCENTS.index(50)],
            "p95_ms": quantiles[PERCENTS.index(95)],
            "p99_ms": quantiles[PERCENTS.index(99)],
            "max_ms": quantiles[-1],
            "quantiles_ms": quantiles,
            "cpu_ms_per_request": mean / load.users * 1.4,
            "service_cpu_share": 0.7,
            "k6_cpu_share": 0.2,
            "memory_mib": 80 + 10 * SERVICES.index(service),
            "memory_kind": "pss",
            "order": order,
            "ceiling_share": 0.3,
            "little": 0.99,
            "first_half_ms": mean * 1.004 if load.seconds else nan,
            "second_half_ms": mean * 0.996 if load.seconds else nan,
            "idle_memory_mib": 70 + 10 * SERVICES.index(service),
        }
    )


def latencies(mean: float, sigma: float = 0.35) -> tuple[float, ...]:
    """The quantiles of a lognormal with this mean, its two ends cut off."""
    percents = np.clip(np.array(PERCENTS) / 100, 0.0005, 0.9999)
    return tuple(float(value) for value in mean * np.exp(sigma * stats.norm.ppf(percents) - sigma**2 / 2))
