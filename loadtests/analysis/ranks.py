"""Who comes first, where that can be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import CPU, Measure, Results
from loadtests.measure.sample import Reason

Pairs = Mapping[tuple[str, str], Interval]  # how many times as well the first does as the second


@dataclass(frozen=True)
class Ranking:
    """Of one scenario by one measure; two share a rank if, and only if, they cannot be told apart."""

    scenario: str
    measure: Measure
    order: tuple[str, ...]  # the best first
    pairs: Pairs  # the better mean first; without those whose pace the generator set
    floor: float
    bound: Mapping[str, tuple[Reason, ...]]  # why the generator set the pace of a variant

    @cached_property
    def ranks(self) -> Mapping[str, tuple[int, ...]]:
        """Of none, if the generator set the pace of any: that one would be faster still, and whoever comes
        first without it is not the first."""
        if self.bound:
            return {}
        return numbered(self.order, lambda one, other: not told_apart(self.pairs[one, other], self.floor))

    def rank(self, variant: str) -> str:
        return compact(self.ranks.get(variant, ()))

    @property
    def first(self) -> list[str]:
        """Those than which none is better beyond doubt."""
        return [name for name in self.order if 1 in self.ranks.get(name, ())]

    def separates(self, one: str, other: str) -> bool:
        pair = (one, other) if (one, other) in self.pairs else (other, one)
        return told_apart(self.pairs[pair], self.floor)


def told_apart(times: Interval, floor: float) -> bool:
    """The interval does not hold 1, and the difference is more than a variant's from itself."""
    return times.at_least_as_wide_as(floor).excludes_one


def ranking(results: Results, scenario: str, measure: Measure, names: Sequence[str]) -> Ranking:
    """Of these variants among themselves."""
    measured = [name for name in names if results.performance(name, scenario, measure)]
    reasons = {name: results.bound(name, scenario) for name in measured} if measure != CPU else {}
    bound = {name: reason for name, reason in reasons.items() if reason}
    means = {name: results.mean(name, scenario, measure).value for name in measured}
    order = tuple(sorted(means, key=lambda name: -means[name] if measure.more_is_better else means[name]))
    pairs = {
        pair: results.times(*pair, scenario, measure)
        for pair in combinations(order, 2)
        if not {*pair} & {*bound}
    }
    return Ranking(scenario, measure, order, pairs, results.floor(scenario, measure), bound)


def numbered(order: Sequence[str], alike: Callable[[str, str], bool]) -> dict[str, tuple[int, ...]]:
    """The ranks of each: a rank is a largest set of variants of which no two can be told apart.

    Being alike does not carry over: A may be like B, and B like C, while A and C differ. B has both ranks.
    """
    place = {name: index for index, name in enumerate(order)}
    friends: dict[str, set[str]] = {name: set() for name in order}
    for one, other in combinations(order, 2):
        if alike(one, other):
            friends[one].add(other)
            friends[other].add(one)
    groups = sorted(sorted(place[name] for name in group) for group in cliques(friends))
    return {
        name: tuple(number for number, group in enumerate(groups, 1) if place[name] in group)
        for name in order
    }


def cliques(friends: Mapping[str, set[str]]) -> list[set[str]]:
    """The largest sets in which all are friends of each other (Bron and Kerbosch, with Tomita's pivot)."""
    largest: list[set[str]] = []

    def extend(group: set[str], candidates: set[str], seen: set[str]) -> None:
        if not candidates and not seen:
            largest.append(group)
            return
        # A largest set that passes by the pivot holds somebody who is not its friend.
        pivot = max(sorted(candidates | seen), key=lambda name: len(candidates & friends[name]))
        for name in sorted(candidates - friends[pivot]):
            extend(group | {name}, candidates & friends[name], seen & friends[name])
            candidates, seen = candidates - {name}, seen | {name}

    if friends:
        extend(set(), set(friends), set())
    return largest


def compact(numbers: Sequence[int]) -> str:
    """1, 2 and 3 as 1-3."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
