"""Who comes first, where that can be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from loadtests.report.ratios import Interval
from loadtests.report.results import CPU, Measure, Results

Pairs = Mapping[tuple[str, str], Interval]  # how many times as well the first does as the second


@dataclass(frozen=True)
class Ranking:
    """Of one scenario by one measure; two share a rank if, and only if, they cannot be told apart."""

    scenario: str
    measure: Measure
    order: tuple[str, ...]  # the best first
    ranks: Mapping[str, tuple[int, ...]]  # of none, if the generator set the pace of any
    pairs: Pairs  # the better mean first; without those whose pace the generator set
    floor: float
    bound: Mapping[str, str]  # why the generator set the pace of a variant

    def shown(self, variant: str) -> str:
        numbers = self.ranks.get(variant, ())
        return "" if not numbers else compact(numbers)

    def separates(self, one: str, other: str) -> bool:
        pair = (one, other) if (one, other) in self.pairs else (other, one)
        return told_apart(self.pairs[pair], self.floor)


def told_apart(times: Interval, floor: float) -> bool:
    """The interval does not hold 1, and the difference is more than a variant's from itself."""
    return times.at_least_as_wide_as(floor).excludes_one


def ranking(results: Results, scenario: str, measure: Measure, names: Sequence[str] | None = None) -> Ranking:
    """Of all variants, or of these alone."""
    wanted = results.variants if names is None else names
    measured = [name for name in wanted if results.performance(name, scenario, measure)]
    reasons = {name: results.bound(name, scenario) for name in measured} if measure != CPU else {}
    bound = {name: reason for name, reason in reasons.items() if reason}
    means = {name: results.mean(name, scenario, measure).value for name in measured}
    order = tuple(sorted(means, key=lambda name: -means[name] if measure.more_is_better else means[name]))
    pairs = {
        pair: results.times(*pair, scenario, measure)
        for pair in combinations(order, 2)
        if not {*pair} & {*bound}
    }
    floor = results.floor(scenario, measure)
    # The bound would be faster still: whoever comes first without them is not the first.
    ranks = {} if bound else numbered(order, lambda one, other: not told_apart(pairs[one, other], floor))
    return Ranking(scenario, measure, order, ranks, pairs, floor, bound)


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
    """The largest sets in which all are friends of each other (Bron and Kerbosch)."""
    found: list[set[str]] = []

    def extend(group: set[str], candidates: set[str], seen: set[str]) -> None:
        if not candidates and not seen:
            found.append(group)
        for name in sorted(candidates):
            extend(group | {name}, candidates & friends[name], seen & friends[name])
            candidates, seen = candidates - {name}, seen | {name}

    if friends:
        extend(set(), set(friends), set())
    return found


def compact(numbers: Sequence[int]) -> str:
    """1, 2 and 3 as 1-3."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
