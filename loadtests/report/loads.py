"""What a growing load does: the latency-load curve, and who sustains the highest rate."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import isnan
from typing import NamedTuple

from loadtests.report import ranks, ratios
from loadtests.report.ratios import Interval, Series
from loadtests.report.results import Results
from loadtests.report.words import bounded, listed
from loadtests.runner import stats
from loadtests.runner.cells import LIMIT
from loadtests.runner.sample import Sample

Points = Sequence[tuple[float, float]]  # requests per second, ms

BOUND = (
    "Where such a ladder ended, k6 may have been in the service's way, which might sustain more elsewhere:"
    " the ranks are those on this machine, with k6 beside the service."
)


class Line(NamedTuple):
    variant: str
    rank: str
    rate: str


class Table(NamedTuple):
    """Of one scenario; the best first."""

    lines: Sequence[Line]
    note: str


def curve(results: Results, variant: str, scenario: str) -> Points:
    """p99 at each rate, of the requests of all rounds together."""
    rates: dict[float, list[Sample]] = defaultdict(list)
    for sample in results.of(variant, scenario):
        rates[sample.rate].append(sample)
    return [(rate, stats.percentile(samples, 99)) for rate, samples in sorted(rates.items())]


def sustained(results: Results, variant: str, scenario: str) -> Interval:
    """The mean, over the rounds, of the highest rate that keeps p99 in the limit and drops nothing."""
    return ratios.interval(series(results, variant, scenario).values())


def series(results: Results, variant: str, scenario: str) -> Series:
    return {number: highest(samples) for number, samples in by_round(results, variant, scenario).items()}


def by_round(results: Results, variant: str, scenario: str) -> dict[int, list[Sample]]:
    rounds: dict[int, list[Sample]] = defaultdict(list)
    for sample in results.of(variant, scenario):
        rounds[sample.round].append(sample)
    return rounds


def highest(samples: Sequence[Sample]) -> float:
    """Of one round; 0 if even its lowest rate was too much."""
    failed = lowest_failed(samples)
    return max((each.rate for each in samples if failed is None or each.rate < failed.rate), default=0)


def lowest_failed(samples: Sequence[Sample]) -> Sample | None:
    """Of one round: what ended it."""
    failed = [each for each in samples if each.p99_ms > LIMIT or each.dropped]
    return min(failed, key=lambda each: each.rate, default=None)


def table(results: Results, scenario: str) -> Table:
    ranking = numbered(results, scenario)
    lines = [
        Line(name, ranks.compact(numbers), shown(results, name, scenario))
        for name, numbers in ranking.items()
    ]
    bound = [name for name in ranking if is_bound(results, name, scenario)]
    return Table(lines, f"Generator-bound: {listed(bound)}. {BOUND}" if bound else "")


def shown(results: Results, variant: str, scenario: str) -> str:
    at_least = "" if any(ends(results, variant, scenario)) else "at least "
    return at_least + bounded(sustained(results, variant, scenario))


def numbered(results: Results, scenario: str) -> Mapping[str, tuple[int, ...]]:
    """By the highest sustained rates, the best first."""
    means = {name: sustained(results, name, scenario).value for name in results.variants}
    order = sorted((name for name, mean in means.items() if not isnan(mean)), key=lambda name: -means[name])
    noise = [times(results, *pair, scenario) for pair in results.controls.items()]
    floor = ratios.floor(noise)
    return ranks.numbered(
        order, lambda one, other: not ranks.told_apart(times(results, one, other, scenario), floor)
    )


def times(results: Results, one: str, other: str, scenario: str) -> Interval:
    """How many times as high a rate; whoever could not do the lowest of the ladder counts as if it could."""
    lowest = min(rates(results, scenario))
    ones, others = (
        {number: max(rate, lowest) for number, rate in series(results, name, scenario).items()}
        for name in (one, other)
    )
    return ratios.ratio(ones, others)


def rates(results: Results, scenario: str) -> Sequence[float]:
    return next(each.rates for name, each in results.plan.scenarios.items() if name == scenario)


def is_bound(results: Results, variant: str, scenario: str) -> bool:
    """Whether the generator may have set the end, in half of the rounds or more."""
    found = ends(results, variant, scenario)
    return 2 * sum(bool(end and end.bound) for end in found) >= max(len(found), 1)


def ends(results: Results, variant: str, scenario: str) -> list[Sample | None]:
    """Of each round."""
    return [lowest_failed(samples) for samples in by_round(results, variant, scenario).values()]
