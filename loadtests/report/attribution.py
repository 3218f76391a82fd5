"""How much of the gap between two configurations each factor explains.

The server's part is measured by the floors, which do nothing but serve. A request costs what its server takes
and what the application takes beyond it: what Flask would cost under Uvicorn is its own cost less the floor
of gthread plus that of Uvicorn. The floors of hello and echo stand for the requests without and with a body.
Where users wait for each other, a request keeps the machine for its response time by the number of users
(Little's law), so that a floor's throughput can be set against a response time; of one user alone it cannot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log

import numpy as np

from loadtests.report.factors import FACTORS, NATIVE, Levels, levels
from loadtests.report.model import Array, Fit, fitted
from loadtests.report.ratios import UNKNOWN, Interval, exponential
from loadtests.report.results import CPU, THROUGHPUT, Measure, Results
from loadtests.report.shapley import shapley
from loadtests.runner.plan import FLOOR, Variant

WITH_A_BODY = ("echo", "create_item", "replace_item")
OF_THE_SERVER = ("server", "worker_class", "threads")  # which no two servers have in common
TWO_BY_TWO = 2  # the study's workers, and the threads of each


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
        return {name: levels(one) for name, one in self.results.plan.variants.items()}

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
        alone = Levels(server, **none, workers=one.workers, threads=TWO_BY_TWO, worker_class=NATIVE[server])
        found: Array = np.exp(self.floors.fit.predicted(alone)) * self.unit
        return found

    def performance(self, one: Levels) -> Array:
        """The negative logarithm of the cost, in the estimate and in each resample."""
        if one.server == one.native:
            return -self.fit.predicted(one)
        own = replace(one, server=one.native, worker_class=NATIVE[one.native], threads=native_threads(one))
        beyond = np.exp(self.fit.predicted(own)) - self.floor(one, own.server)
        with np.errstate(invalid="ignore"):
            found: Array = -np.log(beyond + self.floor(one, one.server))
        return found

    @cached_property
    def has_floors(self) -> bool:
        plain = levels(Variant(service="flask_sqlite"))
        return all(np.isfinite(self.floor(plain, server)).all() for server in NATIVE)

    def parts(self, one: Levels, other: Levels) -> dict[str, Array]:
        """What each factor adds to the logarithm of how many times as well one does as the other."""
        moves = differing(one, other, split=self.has_floors)

        def value(some: frozenset[str]) -> Array:
            return self.performance(mixed(one, other, [name for player in some for name in moves[player]]))

        return shapley(list(moves), value)

    def gap(self, one: Levels, other: Levels) -> Gap:
        whole = self.performance(one) - self.performance(other)
        times = exponential(self.fit.interval(whole))
        found = [
            Part(name, exponential(self.fit.interval(each)), self.share(each, whole, times))
            for name, each in self.parts(one, other).items()
        ]
        return Gap(times, tuple(sorted(found, key=size, reverse=True)))

    def share(self, each: Array, whole: Array, gap: Interval) -> Interval:
        # The share of next to nothing may be anything
        if not gap.excludes_one:
            return UNKNOWN if gap.known else Interval(float(each[0] / whole[0]))
        return self.fit.interval(each / whole)


def size(part: Part) -> float:
    return abs(log(part.times.value)) if part.times.value > 0 else 0  # nan is not


def native_threads(one: Levels) -> int:
    return TWO_BY_TWO if one.native == "wsgi" else 0


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


def mixed(one: Levels, other: Levels, ones: Sequence[str]) -> Levels:
    """The other, but for these factors, of which it has the level of the one."""
    return replace(other, **{name: getattr(one, name) for name in ones})
