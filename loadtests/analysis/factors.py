"""A linear model of the logarithm of a request's cost, with the factors of a crossed plan as dummy variables.

Two steps of ordinary least squares (Box, Hunter and Hunter 2005, *Statistics for Experimenters*). The rounds
are blocks, and what they leave of each variant is its mean; the factors fit these means. So the residuals
hold both what the model lacks and what the rounds leave, and more rounds do not hide the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from loadtests.analysis import intervals
from loadtests.analysis.intervals import UNKNOWN, Interval, Series
from loadtests.analysis.results import CPU, Results
from loadtests.measure.design import row
from loadtests.measure.plan import Levels
from loadtests.measure.quantiles import Array

CLOSE = 1e-6

GROUPS = ("twins", "services")

Pair = tuple[Levels, Levels]


@dataclass(frozen=True)
class Fit:
    coefficients: Array
    covariance: Array  # of the coefficients
    projection: Array  # on what follows from the design
    freedom: int

    def ratio(self, pairs: Sequence[Pair]) -> Interval:
        """How many times as well the first of each pair does as the second, in the mean of all pairs."""
        if not pairs:
            return UNKNOWN
        contrast = np.mean([row(second) - row(first) for first, second in pairs], axis=0)
        if self.freedom < 1 or np.abs(contrast @ self.projection - contrast).max() > CLOSE:
            return UNKNOWN
        value, variance = float(contrast @ self.coefficients), float(contrast @ self.covariance @ contrast)
        return intervals.exponential(intervals.around(value, variance, self.freedom))


def fitted(results: Results, scenario: str) -> Fit:
    """Of the processor time per request."""
    design = {name: variant.levels for name, variant in results.plan.variants.items() if variant.levels}
    observed = {
        (name, key): value
        for name in design
        for key, value in results.logarithms(name, scenario, CPU).items()
        if np.isfinite(value)
    }
    variants, rounds = (sorted(set(names)) for names in zip(*observed, strict=True))
    cells = np.zeros((len(observed), len(variants) + len(rounds)))
    for place, (name, key) in enumerate(observed):
        cells[place, [variants.index(name), len(variants) + rounds.index(key)]] = 1
    means = (np.linalg.pinv(cells) @ np.array([*observed.values()]))[: len(variants)]
    matrix = np.array([row(design[name]) for name in variants])
    solve = np.linalg.pinv(matrix)
    coefficients, freedom = solve @ means, len(variants) - int(np.linalg.matrix_rank(matrix))
    residuals = means - matrix @ coefficients
    variance = float(residuals @ residuals) / max(freedom, 1)
    return Fit(coefficients, variance * solve @ solve.T, solve @ matrix, freedom)


def effects(results: Results) -> dict[str, list[Pair]]:
    """By its name an effect: the configurations between which it is the mean."""
    design = [(variant.group, variant.levels) for variant in results.plan.variants.values() if variant.levels]
    twins, services = ([levels for group, levels in design if group == name] for name in GROUPS)
    both = [*twins, *services]
    wsgi, asgi = ([levels for levels in both if levels.server == server] for server in ("wsgi", "asgi"))

    def between(factor: str, level: str, other: str) -> list[Pair]:
        """Twins alike but for the factor, of which the first has the level and the second the other."""
        alike = "access" if factor == "framework" else "framework"
        return [
            (first, second)
            for first in twins
            for second in twins
            if (getattr(first, factor), getattr(second, factor)) == (level, other)
            and getattr(first, alike) == getattr(second, alike)
        ]

    def changes(factor: str, level: object, before: Iterable[Levels]) -> list[Pair]:
        return [(switched(old, **{factor: level}), old) for old in before if getattr(old, factor) != level]

    return {
        "FastAPI for Flask": between("framework", "fastapi", "flask"),
        "Flask for Django": between("framework", "flask", "django"),
        "SQL for the ORM": between("access", "sqlite", "orm"),
        "service for twin": changes("writing", "service", twins),
        "WAL for DELETE": changes("journal", "WAL", [switched(levels, journal="DELETE") for levels in both]),
        "NORMAL for FULL": changes("synchronous", "NORMAL", services),
        "4 workers for 2": changes("workers", 4, both),
        "1 worker for 2": changes("workers", 1, both),
        "8 threads for 2": changes("threads", 8, wsgi),
        "1 thread for 2": changes("threads", 1, wsgi),
        "sync for gthread": changes("worker_class", "sync", [switched(levels, threads=1) for levels in wsgi]),
        "asgi for Uvicorn": changes("worker_class", "asgi", asgi),
    }


def switched(levels: Levels, **changes: object) -> Levels:
    return levels.model_copy(update=changes)


@dataclass(frozen=True)
class Gap:
    """What one twin takes more processor time than another, in ms of a request; its parts add up to it."""

    whole: Interval
    server: Interval = UNKNOWN
    framework: Interval = UNKNOWN
    access: Interval = UNKNOWN


def gap(results: Results, scenario: str, dear: str, cheap: str) -> Gap:
    """The server's part is what its floor, an application that does nothing, takes more in this scenario.

    That of the database access is what the ORM takes more and, beside Django, which has no twin without one,
    what it takes more under Flask. The framework is the rest.
    """
    variants = results.plan.variants
    twins = {variant.service: name for name, variant in variants.items() if variant.group == "twins"}
    floors = {
        levels.server: name
        for name, variant in variants.items()
        if variant.application == "floor" and (levels := variant.levels)
    }

    def excess(first: str, second: str) -> Series:
        return intervals.difference(*(results.series(name, scenario, CPU) for name in (first, second)))

    dearer, cheaper = (results.services[twins[name]] for name in (dear, cheap))
    framework = excess(twins[dear], twins[cheap])
    whole = intervals.interval(framework.values())
    if not framework or dearer.framework == cheaper.framework:
        return Gap(whole, access=whole)
    server: Series = {}
    access: Series = {}
    if dearer.interface != cheaper.interface:
        server = excess(floors[dearer.interface], floors[cheaper.interface])
    if server:  # a floor answers no request that needs the database
        framework = intervals.difference(framework, server)
    if dearer.access != cheaper.access:
        access = excess(twins["flask_orm"], twins["flask_sqlite"])
        framework = intervals.difference(framework, access)
    return Gap(whole, *(intervals.interval(part.values()) for part in (server, framework, access)))
