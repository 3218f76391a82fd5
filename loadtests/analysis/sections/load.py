"""What a growing load does: the latency-load curve, and who sustains the highest rate."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import isnan, log10

from harness.document import Block, Content, Drawing, Estimate, Figure, Heading, Table, Text, joined, listed
from loadtests.analysis import charts, intervals, quantiles, ranks
from loadtests.analysis.intervals import Interval, Series
from loadtests.analysis.results import Results
from loadtests.analysis.sections.ranks import too_few
from loadtests.analysis.sections.scenarios import line
from loadtests.measure.run import LIMIT
from loadtests.measure.sample import Sample


def section(results: Results) -> list[Block]:
    if not results.curves:
        return []
    blocks: list[Block] = [
        Heading(2, "Under a growing load"),
        Text(
            "Requests arrive at a fixed rate whether or not the service keeps up, so waiting counts. A rate "
            f"is sustained, if p99 stays within {LIMIT:g} ms and no request was dropped."
        ),
    ]
    if few := too_few(results):
        blocks.append(few)
    for scenario in results.curves:
        blocks += of(results, scenario)
    return [*conclusion(results), *blocks]


def conclusion(results: Results) -> list[Block]:
    if too_few(results):
        return []
    firsts: list[Content] = []
    for scenario in results.curves:
        ranking = numbered(results, scenario)
        first = [name for name, numbers in ranking.items() if 1 in numbers]
        if first:
            firsts.append([*joined([results.cell(name) for name in first]), f" in {scenario}"])
    return [Text(["The highest rate sustains ", *joined(firsts, "; ", "; "), "."], "lead")] if firsts else []


def of(results: Results, scenario: str) -> list[Block]:
    ranking = numbered(results, scenario)
    rows = [
        [results.cell(name), ranks.compact(numbers), sustained_cell(results, name, scenario)]
        for name, numbers in ranking.items()
    ]
    blocks: list[Block] = [
        Heading(3, scenario),
        Figure(
            [drawing(results, scenario)], "The slowest hundredth of the requests, by requests per second."
        ),
        Table(["variant", "rank", "sustained req/s"], rows),
    ]
    if bound := [name for name in ranking if is_bound(results, name, scenario)]:
        blocks.append(
            Text(
                f"Generator-bound: {listed(bound)}. Where such a ladder ended, k6 may have been in the "
                "service's way, which might sustain more elsewhere: the ranks are those on this machine, "
                "with k6 beside the service.",
                "notice",
            )
        )
    return blocks


def drawing(results: Results, scenario: str) -> Drawing:
    lines = [
        line(results, name, [(log10(rate), p99) for rate, p99 in curve(results, name, scenario)])
        for name in results.variants
    ]
    ticks = {log10(rate): f"{rate:,g}" for rate in rates(results, scenario)}
    return charts.lines(f"p99 of {scenario}, ms", lines, sparse(ticks), "requests per second", LIMIT)


def sparse(ticks: Mapping[float, str]) -> dict[float, str]:
    """As many as there is room for."""
    every = list(ticks.items())
    return dict(every[:: len(every) // 9 + 1])


def curve(results: Results, variant: str, scenario: str) -> list[tuple[float, float]]:
    """p99 at each rate, of the requests of all rounds together."""
    by_rate: dict[float, list[Sample]] = defaultdict(list)
    for sample in results.of(variant, scenario):
        by_rate[sample.rate].append(sample)
    return [
        (rate, quantiles.merged([(one.requests, one.quantiles_ms) for one in samples], 99))
        for rate, samples in sorted(by_rate.items())
    ]


def series(results: Results, variant: str, scenario: str) -> Series:
    """In each round, the highest rate that keeps p99 in the limit and drops nothing."""
    return {number: highest(samples) for number, samples in by_round(results, variant, scenario).items()}


def sustained(results: Results, variant: str, scenario: str) -> Interval:
    return intervals.interval(series(results, variant, scenario).values())


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


def sustained_cell(results: Results, variant: str, scenario: str) -> Content:
    at_least = "" if any(ends(results, variant, scenario)) else "at least "
    return [at_least, Estimate(sustained(results, variant, scenario))]


def numbered(results: Results, scenario: str) -> Mapping[str, tuple[int, ...]]:
    """By the highest sustained rates, the best first."""
    means = {name: sustained(results, name, scenario).value for name in results.variants}
    order = sorted((name for name, mean in means.items() if not isnan(mean)), key=lambda name: -means[name])
    floor = intervals.floor(times(results, *pair, scenario) for pair in results.controls.items())
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
    return intervals.ratio(ones, others)


def rates(results: Results, scenario: str) -> Sequence[float]:
    return results.loads[scenario].rates


def is_bound(results: Results, variant: str, scenario: str) -> bool:
    """Whether the generator may have set the end, in half of the rounds or more."""
    last = ends(results, variant, scenario)
    return 2 * sum(bool(end and end.bound) for end in last) >= max(len(last), 1)


def ends(results: Results, variant: str, scenario: str) -> list[Sample | None]:
    """Of each round."""
    return [lowest_failed(samples) for samples in by_round(results, variant, scenario).values()]
