"""How much of the gap between two configurations each factor explains, and which factor matters most.

The server's part is measured by the floors, which do nothing but serve. A request costs what its server takes
and what the application takes beyond it: what Flask would cost under Uvicorn is its own cost less the floor
of gthread plus that of Uvicorn. The floors of hello and echo stand for the requests without and with a body.
Where users wait for each other, a request keeps the machine for its response time by the number of users
(Little's law), so that a floor's throughput can be set against a response time; of one user alone it cannot.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import factorial, isfinite, log

import numpy as np

from loadtests.analysis import ranks
from loadtests.analysis.intervals import UNKNOWN, Array, Interval, exponential
from loadtests.analysis.results import CPU, THROUGHPUT, Measure, Results
from loadtests.analysis.studies.model import Fit, fitted
from loadtests.measure.plan import FLOOR, Levels

WITH_A_BODY = ("echo", "create_item", "replace_item")
OF_THE_SERVER = ("server", "worker_class", "threads")  # which no two servers have in common
NATIVE = {"wsgi": "gthread", "asgi": "uvicorn"}  # the worker class of a server, where nothing else is set
TWO_BY_TWO = 2  # the study's workers, and the threads of each
FACTORS = tuple(Levels.model_fields)

Pair = tuple[Levels, Levels]


@dataclass(frozen=True)
class Part:
    factor: str
    times: Interval  # as well
    share: Interval  # of the logarithm of the gap; unknown where there is no gap to speak of


@dataclass(frozen=True)
class Gap:
    times: Interval  # as well as the other, by the model
    parts: tuple[Part, ...]  # the largest first


@dataclass(frozen=True)
class Costs:
    """Of a request in one scenario by one measure."""

    results: Results
    scenario: str
    measure: Measure

    @cached_property
    def design(self) -> Mapping[str, Levels]:
        return {name: one.levels for name, one in self.results.plan.variants.items() if one.levels}

    def of(self, group: str) -> dict[str, Levels]:
        """The configurations of a group of variants, by their service."""
        variants = self.results.plan.variants
        return {
            variants[name].service: one for name, one in self.design.items() if variants[name].group == group
        }

    @cached_property
    def twins(self) -> dict[str, Levels]:
        return self.of("twins")

    @cached_property
    def plain(self) -> dict[str, Levels]:
        return self.of("services")

    @cached_property
    def native(self) -> Mapping[str, str]:
        """Of a framework the server that it is made for; of none it is whichever runs it."""
        return {one.framework: one.server for one in self.twins.values()}

    @cached_property
    def fit(self) -> Fit:
        observed = {
            (name, number): -value
            for name in self.design
            for number, value in self.results.performance(name, self.scenario, self.measure).items()
            if np.isfinite(value)
        }
        return fitted(observed, self.design)

    @cached_property
    def floors(self) -> "Costs":
        """Where the floors were measured: the cost of a floor there, in this measure."""
        if self.scenario in FLOOR:
            return self
        like = "echo" if self.scenario in WITH_A_BODY else "hello"
        return Costs(self.results, like, CPU if self.measure == CPU else THROUGHPUT)

    @cached_property
    def unit(self) -> float:
        """What makes a floor's cost one of this scenario, by multiplication; nan where nothing does."""
        if self.measure in (CPU, THROUGHPUT):
            return 1.0
        users = next(one.users for name, one in self.results.plan.scenarios.items() if name == self.scenario)
        return users * 1000.0 if users > 1 else np.nan

    def floor(self, one: Levels, server: str) -> Array:
        none = dict.fromkeys(("framework", "access", "writing", "journal", "synchronous"), "none")
        levels = {"server": server, **none, "threads": TWO_BY_TWO, "worker_class": NATIVE[server]}
        cost: Array = np.exp(self.floors.fit.predicted(switched(one, **levels))) * self.unit
        return cost

    @cached_property
    def performances(self) -> dict[Levels, Array]:
        return {}

    def performance(self, one: Levels) -> Array:
        """The negative logarithm of the cost, in the estimate and in each resample."""
        if one not in self.performances:
            self.performances[one] = self.computed(one)
        return self.performances[one]

    def computed(self, one: Levels) -> Array:
        native = self.native.get(one.framework, one.server)
        if one.server == native:
            return -self.fit.predicted(one)
        threads = TWO_BY_TWO if native == "wsgi" else 0
        own = switched(one, server=native, worker_class=NATIVE[native], threads=threads)
        beyond = np.exp(self.fit.predicted(own)) - self.floor(one, own.server)
        with np.errstate(invalid="ignore"):
            performance: Array = -np.log(beyond + self.floor(one, one.server))
        return performance

    @cached_property
    def has_floors(self) -> bool:
        plain = next(one for one in self.plain.values() if one.server == "wsgi")
        return all(np.isfinite(self.floor(plain, server)).all() for server in NATIVE)

    def parts(self, one: Levels, other: Levels) -> dict[str, Array]:
        """What each factor adds to the logarithm of how many times as well one does as the other."""
        moves = differing(one, other, split=self.has_floors)

        def value(players: frozenset[str]) -> Array:
            names = [name for player in players for name in moves[player]]
            return self.performance(switched(other, **{name: getattr(one, name) for name in names}))

        return shapley(list(moves), value)

    def gap(self, one: Levels, other: Levels) -> Gap:
        whole = self.performance(one) - self.performance(other)
        times = exponential(self.fit.interval(whole))
        parts = [
            Part(name, exponential(self.fit.interval(each)), self.share(each, whole, times))
            for name, each in self.parts(one, other).items()
        ]
        return Gap(times, tuple(sorted(parts, key=size, reverse=True)))

    def share(self, each: Array, whole: Array, gap: Interval) -> Interval:
        # The share of next to nothing may be anything
        if not gap.excludes_one:
            return UNKNOWN if gap.known else Interval(float(each[0] / whole[0]))
        return self.fit.interval(each / whole)

    def measured(self, one: Levels, other: Levels) -> Interval:
        """Between these two themselves, where the run has both."""
        names = {each: name for name, each in self.design.items()}
        if not {one, other} <= names.keys():
            return UNKNOWN
        return self.results.times(names[one], names[other], self.scenario, self.measure)


def switched(one: Levels, **levels: object) -> Levels:
    return one.model_copy(update=levels)


def size(part: Part) -> float:
    return abs(log(part.times.value)) if part.times.value > 0 else 0  # nan is not


def differing(one: Levels, other: Levels, *, split: bool) -> dict[str, tuple[str, ...]]:
    """The factors that differ, each with what changes with it: unless split, a server with its framework."""
    moves: dict[str, tuple[str, ...]] = {
        name: (name,) for name in FACTORS if getattr(one, name) != getattr(other, name)
    }
    if "server" not in moves:
        return moves
    others = {name: each for name, each in moves.items() if name not in OF_THE_SERVER}
    together = (*OF_THE_SERVER, "framework")
    return {"server": OF_THE_SERVER, **others} if split else others | {"framework": together}


def shapley(players: Sequence[str], value: Callable[[frozenset[str]], Array]) -> dict[str, Array]:
    """The mean, over all orders in which they may come, of what each player adds.

    Shapley 1953, *A value for n-person games*, Contributions to the Theory of Games II, 307-317.
    The parts add up to value(all) - value(none), whatever the interactions between them.
    """
    count = len(players)
    subsets = [frozenset(some) for size in range(count + 1) for some in combinations(players, size)]
    known = {some: value(some) for some in subsets}

    def weight(size: int) -> float:
        return factorial(size) * factorial(count - size - 1) / factorial(count)

    return {
        one: np.sum(
            [(known[some | {one}] - known[some]) * weight(len(some)) for some in subsets if one not in some],
            axis=0,
        )
        for one in players
    }


# --- which factor matters most ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Order:
    """Of the factors of a scenario by one measure, the largest effect first."""

    names: tuple[str, ...]
    times: Mapping[str, Interval]  # as well
    ranks: Mapping[str, tuple[int, ...]]  # two share one, if their sizes cannot be told apart

    @property
    def first(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if 1 in self.ranks[name])


def effects(costs: Costs) -> dict[str, tuple[str, Sequence[Pair]]]:
    """By its name an effect: the factor, and the configurations between which it is averaged."""
    twins, plain = list(costs.twins.values()), list(costs.plain.values())
    both = [*twins, *plain]
    wsgi, asgi = ([one for one in both if one.server == server] for server in NATIVE)

    def between(factor: str, one: str, other: str) -> list[Pair]:
        """Twins of which the first has the one level and the second the other, and which are else alike."""
        alike = "access" if factor == "framework" else "framework"
        return [
            (first, second)
            for first in twins
            for second in twins
            if (getattr(first, factor), getattr(second, factor)) == (one, other)
            and getattr(first, alike) == getattr(second, alike)
        ]

    def each(factor: str, level: object, base: Iterable[Levels]) -> tuple[str, list[Pair]]:
        others = [one for one in base if getattr(one, factor) != level]
        return factor, [(switched(one, **{factor: level}), one) for one in others]

    return {
        "server: Uvicorn for gthread": ("server", between("framework", "fastapi", "flask")),
        "framework: FastAPI for Flask": ("framework", between("framework", "fastapi", "flask")),
        "framework: Flask for Django": ("framework", between("framework", "flask", "django")),
        "access: SQL for the ORM": ("access", between("access", "sqlite", "orm")),
        "writing: service for twin": each("writing", "service", twins),
        "journal: WAL for DELETE": each("journal", "WAL", [switched(one, journal="DELETE") for one in both]),
        "synchronous: NORMAL for FULL": each("synchronous", "NORMAL", plain),
        "workers: 4 for 2": each("workers", 4, both),
        "workers: 1 for 2": each("workers", 1, both),
        "threads: 8 for 2": each("threads", 8, wsgi),
        "threads: 1 for 2": each("threads", 1, wsgi),
        "worker class: sync for gthread": each(
            "worker_class", "sync", [switched(one, threads=1) for one in wsgi]
        ),
        "worker class: asgi for Uvicorn": each("worker_class", "asgi", asgi),
    }


def order(costs: Costs) -> Order:
    every = {
        name: np.mean([costs.parts(*pair).get(factor, np.array([np.nan])) for pair in pairs], axis=0)
        for name, (factor, pairs) in effects(costs).items()
    }
    known = {name: values for name, values in every.items() if np.isfinite(values).all()}
    names = tuple(sorted(known, key=lambda name: -abs(known[name][0])))

    def alike(one: str, other: str) -> bool:
        return not costs.fit.interval(abs(known[one]) - abs(known[other])).outside(0, 0)

    return Order(
        names,
        {name: exponential(costs.fit.interval(values)) for name, values in known.items()},
        ranks.numbered(names, alike),
    )


# --- questions between configurations of one stack ----------------------------------------------------------


def questions(costs: Costs) -> Iterable[tuple[str, Levels, Levels]]:
    for name, twin in costs.twins.items():
        plain = costs.plain[name]
        yield f"{name}: service for twin", plain, twin
        bare = switched(plain, journal="DELETE", synchronous="FULL")
        yield f"{name}: WAL and NORMAL for DELETE and FULL", switched(plain, synchronous="NORMAL"), bare
        if (best := best_server(costs, plain)) != plain:
            yield f"{name}: {server(best)} for 2 workers", best, plain


def best_server(costs: Costs, one: Levels) -> Levels:
    """With the workers, threads and worker class that the model has ahead; nobody has measured them all."""
    classes = [("gthread", 1), ("gthread", 2), ("gthread", 8), ("sync", 1)]
    classes = classes if one.server == "wsgi" else [("uvicorn", 0), ("asgi", 0)]
    choices = [
        switched(one, workers=workers, worker_class=kind, threads=threads)
        for workers in (2, 1, 4)
        for kind, threads in classes
    ]
    known = [each for each in choices if isfinite(costs.performance(each)[0])]
    return max(known, key=lambda each: float(costs.performance(each)[0]), default=one)


def server(one: Levels) -> str:
    threads = f" of {one.threads} thread{'s' if one.threads > 1 else ''}" if one.threads else ""
    return f"{one.workers} {one.worker_class} worker{'s' if one.workers > 1 else ''}{threads}"
