"""What a growing load does: the latency-load curve, and who sustains the highest rate."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf, isfinite, isnan, log10, sqrt

from harness.document import Block, Content, Drawing, Figure, Heading, Table, Text, digits, joined, listed
from loadtests.analysis import charts, intervals
from loadtests.analysis.charts import Line
from loadtests.analysis.intervals import UNKNOWN, Interval
from loadtests.analysis.results import Results, percentiles
from loadtests.analysis.sections import ranks
from loadtests.analysis.sections.ranks import too_few
from loadtests.analysis.sections.scenarios import line
from loadtests.measure.run import LIMIT
from loadtests.measure.sample import Sample

CAPTION = "The slowest hundredth of the requests, by requests per second."


def section(results: Results) -> Iterator[Block]:
    if not results.curves:
        return
    few = too_few(results)
    yield Heading(2, "Under a growing load")
    yield few or conclusion(results)
    yield Text(
        "Requests arrive at a fixed rate whether or not the service keeps up, so waiting counts. A rate "
        f"is sustained, if p99 stays within {LIMIT:g} ms and no request was dropped. What a variant "
        "sustains lies between the lowest last good and the highest first bad rate of the rounds: no "
        "finer than the steps of the ladder. One is better than another, if even its lowest is not "
        f"below the other's highest{', and they differ by more than A/A did' * bool(results.controls)}. "
        f"{ranks.EXPLAINED}."
    )
    for scenario in results.curves:
        yield from of(results, scenario, ranked=not few)


def conclusion(results: Results) -> Text:
    firsts: list[Content] = []
    for scenario in results.curves:
        first = [name for name, rank in numbered(results, scenario).items() if rank == 1]
        firsts.append([*joined([results.cell(name) for name in first]), f" in {scenario}"])
    return Text(["None sustains more beyond doubt than ", *joined(firsts, "; ", "; "), "."], "lead")


def of(results: Results, scenario: str, *, ranked: bool) -> Iterator[Block]:
    ranking = numbered(results, scenario)
    lines = [line(results, name, curve(results, name, scenario)) for name in results.variants]
    rows = [
        [results.cell(name), str(rank) if ranked else "", written(results, name, scenario)]
        for name, rank in ranking.items()
    ]
    yield Heading(3, scenario)
    yield Figure([drawing(results, scenario, lines)], CAPTION)
    yield Table(["variant", "rank", "sustained req/s"], rows)
    for variant, again in results.controls.items():
        rates = [written(results, name, scenario) for name in (variant, again)]
        if all(rates):
            yield Text(f"A/A: {variant} sustains {' and, once more, '.join(rates)} req/s.")
    if bound := [name for name in ranking if is_bound(results, name, scenario)]:
        yield Text(
            f"Generator-bound: {listed(bound)}. Where such a ladder ended, k6 may have been in the "
            "service's way, which might sustain more elsewhere: nobody is ranked before it.",
            "notice",
        )


def drawing(results: Results, scenario: str, curves: Iterable[Line]) -> Drawing:
    """Of p99 by rate, which has a logarithmic scale."""
    lines = [replace(curve, points=[(log10(rate), p99) for rate, p99 in curve.points]) for curve in curves]
    rates = results.plan.scenarios[scenario].rates
    ticks = {log10(rate): f"{rate:,g}" for rate in rates[:: len(rates) // 9 + 1]}  # there is room for nine
    title = f"p99 of {scenario}, ms, lower is better"
    return charts.lines(title, lines, ticks, "requests per second", LIMIT)


def curve(results: Results, variant: str, scenario: str) -> list[tuple[float, float]]:
    """p99 at each rate, of the requests of all rounds together."""
    rates = sorted(grouped(results.of(variant, scenario), "rate").items())
    return [(rate, percentiles(samples, [99])[0]) for rate, samples in rates]


def grouped(samples: Sequence[Sample], name: str) -> dict[float, list[Sample]]:
    groups: dict[float, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[getattr(sample, name)].append(sample)
    return groups


def bracket(results: Results, variant: str, scenario: str) -> Interval:
    """From the lowest last good to the highest first bad rate; 0 and infinity are off the ladder."""
    rounds = grouped(results.of(variant, scenario), "round").values()
    if not rounds:
        return UNKNOWN
    firsts_bad = [bad.rate if (bad := first_bad(samples)) else inf for samples in rounds]
    lasts_good = [
        max((sample.rate for sample in samples if sample.rate < bad), default=0.0)
        for samples, bad in zip(rounds, firsts_bad, strict=True)
    ]
    low, high = min(lasts_good), max(firsts_bad)
    lowest, highest = results.plan.scenarios[scenario].rates[0], results.plan.scenarios[scenario].rates[-1]
    return Interval(sqrt(max(low, lowest) * min(high, highest)), low, high)


def first_bad(samples: Sequence[Sample]) -> Sample | None:
    """Of one round: what ended it."""
    bad = [sample for sample in samples if sample.p99_ms > LIMIT or sample.dropped]
    return min(bad, key=lambda sample: sample.rate, default=None)


def written(results: Results, variant: str, scenario: str) -> str:
    """What it sustains."""
    rate = bracket(results, variant, scenario)
    if isnan(rate.low):
        return ""
    if not rate.low:
        return f"below {digits(rate.high)}"
    if not isfinite(rate.high):
        return f"at least {digits(rate.low)}"
    return f"between {digits(rate.low)} and {digits(rate.high)}"


def numbered(results: Results, scenario: str) -> Mapping[str, int]:
    """The ranks by sustained rate, the best first."""
    brackets = {name: bracket(results, name, scenario) for name in results.variants}
    order = sorted((n for n, rate in brackets.items() if rate.value > 0), key=lambda n: -brackets[n].value)
    pairs = ([bracket(results, name, scenario).value for name in pair] for pair in results.controls.items())
    floor = max((intervals.farness(rate / again) for rate, again in pairs if rate * again > 0), default=1.0)

    def separates(better: str, other: str) -> bool:
        above, below = brackets[better], brackets[other]
        apart = above.low >= below.high and above.value / below.value > floor
        return apart and not is_bound(results, other, scenario)

    return ranks.numbered(order, separates)


def is_bound(results: Results, variant: str, scenario: str) -> bool:
    """Whether the generator may have set the end, in half of the rounds or more."""
    ends = [first_bad(samples) for samples in grouped(results.of(variant, scenario), "round").values()]
    return 2 * sum(bool(end and end.bound) for end in ends) >= max(len(ends), 1)
