"""The variants of a plan with factors: the plain ones, and those that tell the most beyond them.

Of all combinations that exist, those are added, and then exchanged one by one, that make the variances of the
model's coefficients small in sum (A-optimality; Fedorov's exchange).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from harness.service import Service
from loadtests.measure.facts import DEFAULTS
from loadtests.measure.plan import Factors, Levels, Plan, Variant, with_variants

ACCESS = {"sqlite3": "sqlite", "orm": "orm"}
NONE = dict.fromkeys(("framework", "access", "writing", "journal", "synchronous"), "none")
PASSES = 5  # of the exchange: it settles after two or three
RIDGE = 1e-6  # keeps a design that is still too small from having no inverse

Array = NDArray[np.float64]


def crossed(plan: Plan, services: Mapping[str, Service]) -> Plan:
    """The plan with the variants that its factors come to."""
    if plan.factors is None:
        return plan
    fixed, possible = always(services, plan.factors), dict(candidates(services, plan.factors))
    free = {name: variant for name, variant in possible.items() if name not in fixed}
    chosen = best(
        [row(variant.levels) for variant in fixed.values()],
        {name: row(variant.levels) for name, variant in free.items()},
        plan.factors.variants,
    )
    return with_variants(plan, fixed | {name: free[name] for name in sorted(chosen)})


def always(services: Mapping[str, Service], factors: Factors) -> dict[str, Variant]:
    """The study's twins, the services as they come, and for each server an application that does nothing."""
    plain = {
        name if writing == "service" else f"twin_{name}": variant(
            name, factors, plain_levels(service, factors, writing), f"{writing}s"
        )
        for writing in ("twin", "service")
        for name, service in services.items()
    }
    floors: dict[str, Variant] = {}
    for name, service in services.items():
        floors.setdefault(f"floor_{service.interface}", floor(plain[f"twin_{name}"]))
    return plain | floors


def plain_levels(service: Service, factors: Factors, writing: str) -> Levels:
    workers = factors.worker_class[service.interface]
    [(worker_class, worker)] = [pair for pair in workers.items() if writing in pair[1].plain]
    threads = 2 if 2 in worker.threads else worker.threads[0]
    journal = "DELETE" if writing == "twin" else "WAL"
    return levels(service, writing, journal, "FULL", 2, threads, worker_class)


def levels(service: Service, writing: str, *settings: object) -> Levels:
    declared = (service.interface, service.framework, ACCESS[service.access])
    return Levels.model_validate(dict(zip(Levels.model_fields, (*declared, writing, *settings), strict=True)))


def floor(plain: Variant) -> Variant:
    assert plain.levels is not None  # noqa: S101 - always() gave it some
    none = plain.levels.model_copy(update=NONE)
    return plain.model_copy(update={"application": "floor", "group": "floors", "levels": none})


def candidates(services: Mapping[str, Service], factors: Factors) -> Iterator[tuple[str, Variant]]:
    """A twin sets no synchronous: it connects as its tutorial does; the journal mode is the file's."""
    for (name, service), writing in product(services.items(), ("twin", "service")):
        for journal, synchronous, workers in product(factors.journal, factors.synchronous, factors.workers):
            if writing == "twin" and synchronous != "FULL":
                continue
            for worker_class, worker in factors.worker_class[service.interface].items():
                for threads in worker.threads:
                    chosen = levels(service, writing, journal, synchronous, workers, threads, worker_class)
                    yield title(name, chosen), variant(name, factors, chosen, "design")


def variant(service: str, factors: Factors, levels: Levels, group: str) -> Variant:
    worker = factors.worker_class[levels.server][levels.worker_class]
    env = {
        "SQLITE_JOURNAL_MODE": levels.journal,
        "SQLITE_SYNCHRONOUS": levels.synchronous,
        "WEB_CONCURRENCY": str(levels.workers),
        "THREADS": str(levels.threads or DEFAULTS["THREADS"]),
    }
    defaults = DEFAULTS | ({"SQLITE_JOURNAL_MODE": "DELETE"} if levels.writing == "twin" else {})
    return Variant.model_validate(
        {
            "service": service,
            "application": levels.writing,
            "group": group,
            "env": {key: value for key, value in env.items() if value != defaults[key]}
            | ({} if group == "services" else worker.env),
            "expects": {} if group == "services" else worker.expects,
            "levels": levels,
        }
    )


def title(service: str, levels: Levels) -> str:
    parts = ["twin", service] if levels.writing == "twin" else [service]
    parts += [levels.journal.lower()]
    parts += [levels.synchronous.lower()] if levels.writing == "service" else []
    parts += [f"{levels.workers}worker{'s' * (levels.workers > 1)}"]
    parts += [f"{levels.threads}thread{'s' * (levels.threads > 1)}"] if levels.threads else []
    return "_".join([*parts, levels.worker_class])


def terms(levels: Levels) -> dict[str, bool]:
    """The dummy variables of the model; without any it is Flask's twin with sqlite3 in the study's setting.

    Only a level that exists has a term: Django has no sqlite3, a twin no NORMAL, Uvicorn no threads.
    """
    fastapi, django = levels.framework == "fastapi", levels.framework == "django"
    orm, service, wal = levels.access == "orm", levels.writing == "service", levels.journal == "WAL"
    sync = levels.worker_class == "sync"
    return {
        "floor wsgi": (floor := levels.framework == "none") and levels.server == "wsgi",
        "floor asgi": floor and levels.server == "asgi",
        "fastapi": fastapi,
        "django": django,
        "orm": orm,
        "service": service,
        "fastapi orm": fastapi and orm,
        "fastapi service": fastapi and service,
        "django service": django and service,
        "orm service": orm and service,
        "fastapi orm service": fastapi and orm and service,
        "wal": wal,
        "wal service": wal and service,
        "normal": levels.synchronous == "NORMAL",
        "1 worker": levels.workers == 1,
        "4 workers": levels.workers == 4,
        "1 thread": levels.threads == 1,
        "8 threads": levels.threads == 8,
        "sync": sync,
        "sync django": sync and django,
        "asgi": levels.worker_class == "asgi",
    }


def row(levels: Levels | None) -> Array:
    """Of the model's matrix."""
    assert levels is not None  # noqa: S101 - of a plan with factors every variant has some
    return np.array([1.0, *terms(levels).values()])


def best(fixed: Sequence[Array], free: Mapping[str, Array], number: int) -> list[str]:
    """The names of those that join the fixed ones, so many in all."""
    names = list(free)
    rows = np.array([free[name] for name in names])
    products = rows[:, :, None] * rows[:, None, :]
    information = sum(np.outer(row, row) for row in fixed) + RIDGE * np.eye(rows.shape[1])
    chosen: list[int] = []
    for _ in range(number - len(fixed)):
        chosen.append(cheapest(information + products[chosen].sum(axis=0), products, chosen))
    for _ in range(PASSES):
        before = list(chosen)
        for place in range(len(chosen)):
            kept = chosen[:place] + chosen[place + 1 :]
            chosen[place] = cheapest(information + products[kept].sum(axis=0), products, kept)
        if chosen == before:
            break
    return [names[index] for index in chosen]


def cheapest(information: Array, products: Array, chosen: Sequence[int]) -> int:
    """The candidate that makes the coefficients' variances the smallest in sum."""
    variances = np.trace(np.linalg.inv(information + products), axis1=1, axis2=2)
    variances[list(chosen)] = np.inf
    return int(np.argmin(variances.round(9)))
