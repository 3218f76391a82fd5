"""What is asked of each stack beside the study's gaps: pairs of its configurations."""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from loadtests.report.attribution import Costs
from loadtests.report.factors import Levels
from loadtests.report.orders import PLAIN, TWINS


def questions(costs: Costs) -> Iterator[tuple[str, Levels, Levels]]:
    """Between configurations of one stack."""
    for name, twin in TWINS.items():
        yield f"{name}: service for twin", PLAIN[name], twin
        bare = replace(PLAIN[name], journal="DELETE", synchronous="FULL")
        yield f"{name}: WAL and NORMAL for DELETE and FULL", replace(PLAIN[name], synchronous="NORMAL"), bare
        if (found := best(costs, PLAIN[name])) != PLAIN[name]:
            yield f"{name}: {told(found)} for 2 workers", found, PLAIN[name]


def best(costs: Costs, one: Levels) -> Levels:
    """With the workers, threads and worker class that the model has ahead; nobody has measured them all."""
    classes = [("gthread", 1), ("gthread", 2), ("gthread", 8), ("sync", 1)]
    classes = classes if one.server == "wsgi" else [("uvicorn", 0), ("asgi", 0)]
    choices = [
        replace(one, workers=workers, worker_class=kind, threads=threads)
        for workers in (2, 1, 4)
        for kind, threads in classes
    ]
    known = [each for each in choices if isfinite(costs.performance(each)[0])]
    return max(known, key=lambda each: float(costs.performance(each)[0]), default=one)


def told(one: Levels) -> str:
    threads = f" of {one.threads} thread{'s' if one.threads > 1 else ''}" if one.threads else ""
    return f"{one.workers} {one.worker_class} worker{'s' if one.workers > 1 else ''}{threads}"
