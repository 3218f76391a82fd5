"""Who comes first, where that can be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isnan

from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import CPU, Measure, Results
from loadtests.measure.sample import Reason

EXPLAINED = "A rank is one more than the number of variants that are better beyond doubt"


@dataclass(frozen=True)
class Ranking:
    """Of one scenario by one measure."""

    scenario: str
    measure: Measure
    order: tuple[str, ...]  # the best mean first
    pairs: Mapping[tuple[str, str], Interval]  # of the better mean to the other: times as well
    floor: float
    bound: Mapping[str, tuple[Reason, ...]]  # why the generator set the pace of a variant

    @property
    def ranks(self) -> Mapping[str, int]:
        """Of none, if the generator set the pace of any, which might be the fastest."""
        return {} if self.bound else numbered(self.order, self.separates)

    def rank(self, variant: str) -> str:
        return str(self.ranks.get(variant, ""))

    @property
    def first(self) -> list[str]:
        """Those than which none is better beyond doubt."""
        return [name for name, rank in self.ranks.items() if rank == 1]

    def separates(self, better: str, other: str) -> bool:
        return intervals.apart(self.pairs[better, other], self.floor)


def ranking(results: Results, scenario: str, measure: Measure, names: Sequence[str]) -> Ranking:
    """Of these variants among themselves."""
    measured = [name for name in names if results.of(name, scenario)]
    reasons = {name: results.bound(name, scenario) for name in measured} if measure != CPU else {}
    bound = {name: reason for name, reason in reasons.items() if reason}
    all_means = {name: results.mean(name, scenario, measure).value for name in measured}
    means = {name: mean for name, mean in all_means.items() if not isnan(mean)}  # as of a guest at a URL
    order = tuple(sorted(means, key=lambda name: -means[name] if measure.more_is_better else means[name]))
    pairs = {
        pair: results.times(*pair, scenario, measure)
        for pair in combinations(order, 2)
        if not {*pair} & {*bound}
    }
    return Ranking(scenario, measure, order, pairs, results.floor(scenario, measure), bound)


def numbered(order: Sequence[str], separates: Callable[[str, str], bool]) -> dict[str, int]:
    """`separates` says whether the first, which comes before the second, is better beyond doubt."""
    return {
        name: 1 + sum(separates(better, name) for better in order[:place]) for place, name in enumerate(order)
    }
