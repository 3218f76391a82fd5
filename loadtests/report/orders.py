"""Which factor matters most in a scenario, and whether two runs agree on that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from loadtests.report import ranks
from loadtests.report.attribution import Costs
from loadtests.report.compare import Agreement, shared
from loadtests.report.factors import Levels, crossed, levels
from loadtests.report.model import Array
from loadtests.report.ratios import Interval, exponential
from loadtests.report.results import CPU, Results
from loadtests.runner.plan import Variant

SERVICES = ("fastapi_sqlite", "fastapi_orm", "flask_sqlite", "flask_orm", "django_drf")
TWINS = {name: levels(Variant(service=name, twin=True)) for name in SERVICES}  # the study's own settings
PLAIN = {name: levels(Variant(service=name)) for name in SERVICES}

Pair = tuple[Levels, Levels]


@dataclass(frozen=True)
class Order:
    """Of the factors of a scenario by one measure, the largest effect first."""

    names: tuple[str, ...]
    times: Mapping[str, Interval]  # as well
    ranks: Mapping[str, tuple[int, ...]]  # two share one, if their sizes cannot be told apart
    apart: frozenset[tuple[str, str]]  # the larger first


def pairs() -> dict[str, tuple[str, Sequence[Pair]]]:
    """By its name an effect: the factor, and the configurations between which it is averaged."""
    like = [(TWINS[f"fastapi_{access}"], TWINS[f"flask_{access}"]) for access in ("sqlite", "orm")]
    all_ten = [*TWINS.values(), *PLAIN.values()]
    wsgi = [one for one in all_ten if one.server == "wsgi"]
    asgi = [one for one in all_ten if one.server == "asgi"]
    alone = [replace(one, threads=1) for one in wsgi]
    return {
        "server: Uvicorn for gthread": ("server", like),
        "framework: FastAPI for Flask": ("framework", like),
        "framework: Flask for Django": ("framework", [(TWINS["flask_orm"], TWINS["django_drf"])]),
        "access: SQL for the ORM": (
            "access",
            [(TWINS[f"{name}_sqlite"], TWINS[f"{name}_orm"]) for name in ("fastapi", "flask")],
        ),
        "writing: service for twin": switched("writing", "service", TWINS.values()),
        "journal: WAL for DELETE": switched(
            "journal", "WAL", [replace(one, journal="DELETE") for one in all_ten]
        ),
        "synchronous: NORMAL for FULL": switched("synchronous", "NORMAL", PLAIN.values()),
        "workers: 4 for 2": switched("workers", 4, all_ten),
        "workers: 1 for 2": switched("workers", 1, all_ten),
        "threads: 8 for 2": switched("threads", 8, wsgi),
        "threads: 1 for 2": switched("threads", 1, wsgi),
        "worker class: sync for gthread": switched("worker_class", "sync", alone),
        "worker class: asgi for Uvicorn": switched("worker_class", "asgi", asgi),
    }


def switched(factor: str, level: Any, base: Iterable[Levels]) -> tuple[str, list[Pair]]:
    return factor, [(replace(one, **{factor: level}), one) for one in base]


def effects(costs: Costs) -> dict[str, Array]:
    """The logarithms of how many times as well it does: those that the run can tell."""
    found = {
        name: np.mean([costs.parts(*pair).get(factor, np.array([np.nan])) for pair in some], axis=0)
        for name, (factor, some) in pairs().items()
    }
    return {name: values for name, values in found.items() if np.isfinite(values).all()}


def order(costs: Costs) -> Order:
    found = effects(costs)
    names = tuple(sorted(found, key=lambda name: -abs(found[name][0])))
    apart = frozenset(
        (one, other)
        for one, other in combinations(names, 2)
        if costs.fit.interval(abs(found[one]) - abs(found[other])).outside(0, 0)
    )
    return Order(
        names,
        {name: exponential(costs.fit.interval(values)) for name, values in found.items()},
        ranks.numbered(names, lambda one, other: (one, other) not in apart),
        apart,
    )


def agreement(before: Results, after: Results) -> Agreement | None:
    """On the order of the factors, of two runs that cross them."""
    if not (crossed(before.plan) and crossed(after.plan)):
        return None
    told, opposed = 0, []
    for scenario in shared(before.scenarios, after.scenarios):
        for measure in (before.headline(scenario), CPU):
            ones, others = (order(Costs(run, scenario, measure)).apart for run in (before, after))
            against = [(one, other) for one, other in ones if (other, one) in others]
            told += len(ones & others) + len(against)
            opposed += [
                f"{one} and {other} in {scenario} by {measure.label.lower()}"
                for one, other in sorted(against)
            ]
    return Agreement(told, tuple(opposed))
