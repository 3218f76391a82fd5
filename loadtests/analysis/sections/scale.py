"""What a growing table costs: the variants of a group differ in their records alone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log10, nan
from statistics import geometric_mean
from typing import Literal

from harness.document import (
    Block,
    Content,
    Drawing,
    Estimate,
    Figure,
    Heading,
    Name,
    Ratio,
    Style,
    Styled,
    Table,
    Text,
    listed,
)
from loadtests.analysis import charts, intervals
from loadtests.analysis.intervals import Interval, Series
from loadtests.analysis.results import CPU, LATENCY, Results
from loadtests.analysis.sections.scenarios import line, request
from loadtests.measure.sample import Sample

SAME = 1.15  # the factor up to which two costs are the same
ALL = "list_items"  # its cost is held against the rows of the answer

Outcome = Literal["within", "not", "undecided"]
Stacks = Mapping[str, Mapping[int, str]]  # of each group the variants, by their numbers of records

STYLES: dict[Outcome, Style] = {"within": "good", "not": "bad", "undecided": "unsure"}


@dataclass(frozen=True)
class Cost:
    label: str
    unit: str
    of: Callable[[Results, Sample], float]
    per_row: bool = False  # of a list: it may fall as the rows become more
    by_clock: bool = False  # the generator may have set its pace

    @property
    def least(self) -> float:
        return 0 if self.per_row else 1 / SAME


@dataclass(frozen=True)
class Growth:
    """At a larger number of records, as a multiple of what the smallest costs."""

    times: Interval
    outcome: Outcome

    @property
    def content(self) -> Content:
        return [Ratio(self.times), " ", Styled(self.outcome, STYLES[self.outcome])]


OF_A_REQUEST = (
    Cost(CPU.label, "ms", lambda _, sample: sample.cpu_ms_per_request),
    Cost(LATENCY.label, "ms", lambda _, sample: sample.mean_ms, by_clock=True),
)
OF_A_ROW = (
    Cost(
        "Processor time per row",
        "µs",
        lambda results, one: one.cpu_ms_per_request * 1e3 / answered(results, one),
        per_row=True,
    ),
    Cost(
        "Mean response time per row",
        "µs",
        lambda results, one: one.mean_ms * 1e3 / answered(results, one),
        per_row=True,
        by_clock=True,
    ),
    Cost(
        "Highest memory per row, beyond the idle service's",
        "bytes",
        lambda results, one: (one.memory_mib - one.idle_memory_mib) * 2**20 / answered(results, one),
        per_row=True,
    ),
)


def answered(results: Results, sample: Sample) -> float:
    """The rows in one answer."""
    rows = sample.rows or nan
    return min(results.loads[sample.scenario].limit or rows, rows)


def section(results: Results) -> list[Block]:
    stacks, scenarios = by_records(results), results.scenarios
    sizes = sorted({records for variants in stacks.values() for records in variants})
    if len(sizes) < 2:
        return []
    blocks: list[Block] = [
        conclusion(results, stacks, sizes),
        *together_conclusion(results, stacks),
        Heading(2, "Scale"),
        Text(f"Each operation at {listed([f'{size:,}' for size in sizes])} rows."),
        Text(
            f"A cost is within, if its whole interval lies within {(SAME - 1) * 100:.0f} % of what the same "
            f"costs at {sizes[0]:,} rows, not, if it is outside, and else undecided. A list of all items is "
            "held to that for each row, of which it may cost less."
        ),
    ]
    if (rounds := results.plan.rounds) < intervals.ENOUGH:
        some = f"{rounds} round{'s' if rounds > 1 else ''}"
        blocks.append(Text(f"{some} cannot decide that: it takes {intervals.ENOUGH}.", "notice"))
    multiple = "as a multiple of that at the fewest; of list_items for each row:"
    blocks += [Text(f"Processor time at the most rows, {multiple}"), overview(results, stacks)]
    if together(results, stacks):
        mean_of_all = "the geometric mean of the stacks in each round. What is noise in each is less in all."
        blocks.append(Text(f"All together: {mean_of_all}"))
    blocks.append(
        Figure([drawing(results, stacks, one) for one in scenarios], f"{CPU.label}, by the number of rows.")
    )
    for scenario in scenarios:
        blocks += [Heading(3, scenario), Text(request(results, scenario))]
        for cost in costs(scenario):
            blocks += table(results, stacks, sizes, scenario, cost)
    blocks.append(
        Text(
            "Memory per row is the highest of all processes less that of the idle service, by the rows: of "
            "few rows it is what a service takes for any answer.",
            "small",
        )
    )
    return blocks


def by_records(results: Results) -> Stacks:
    variants = results.plan.variants
    return {
        results.title(group): dict(sorted((results.plan.records_of(variants[name]), name) for name in names))
        for group, names in results.groups.items()
    }


def costs(scenario: str) -> tuple[Cost, ...]:
    return OF_A_ROW if scenario == ALL else OF_A_REQUEST


def series(results: Results, variant: str, scenario: str, cost: Cost) -> Series:
    return {sample.round: cost.of(results, sample) for sample in results.of(variant, scenario)}


def growth(results: Results, variants: Mapping[int, str], scenario: str, cost: Cost) -> dict[int, Growth]:
    """At each number of records but the smallest."""
    every = {records: series(results, name, scenario, cost) for records, name in variants.items()}
    smallest, *larger = every
    return {
        records: grown(intervals.ratio(every[records], every[smallest]), cost.least) for records in larger
    }


def grown(times: Interval, least: float) -> Growth:
    if times.within(least, SAME):
        return Growth(times, "within")
    return Growth(times, "not" if times.outside(least, SAME) else "undecided")


def farthest(results: Results, stacks: Stacks, scenario: str) -> dict[str, Growth]:
    """Of each stack at the most records, by processor time."""
    every = {
        name: growth(results, variants, scenario, costs(scenario)[0]) for name, variants in stacks.items()
    }
    return {name: larger[max(larger)] for name, larger in every.items() if larger}


def together(results: Results, stacks: Stacks) -> dict[str, Growth]:
    """In each scenario by processor time, of several stacks that have the same sizes: what is noise in each
    is less in the geometric mean of all."""
    if len(stacks) < 2 or len({tuple(variants) for variants in stacks.values()}) > 1:
        return {}
    growths = {}
    for scenario in results.scenarios:
        cost = costs(scenario)[0]
        fewest, most = (
            mean([series(results, variants[end(variants)], scenario, cost) for variants in stacks.values()])
            for end in (min, max)
        )
        growths[scenario] = grown(intervals.ratio(most, fewest), cost.least)
    return growths


def mean(every: Sequence[Series]) -> Series:
    """The geometric mean in the rounds in which all cost something that is known."""
    rounds = set.intersection(*({number for number, cost in each.items() if cost > 0} for each in every))
    return {number: geometric_mean(each[number] for each in every) for number in sorted(rounds)}


def conclusion(results: Results, stacks: Stacks, sizes: Sequence[int]) -> Text:
    growths = [
        each for scenario in results.scenarios for each in farthest(results, stacks, scenario).values()
    ]
    counted = Counter(each.outcome for each in growths)
    return Text(
        f"From {sizes[0]:,} to {sizes[-1]:,} rows {counted['within']} of {len(growths)} costs stay within "
        f"{(SAME - 1) * 100:.0f} %, {counted['not']} do not, and of {counted['undecided']} the run cannot "
        "tell.",
        "lead",
    )


def together_conclusion(results: Results, stacks: Stacks) -> list[Block]:
    outcomes = {scenario: each.outcome for scenario, each in together(results, stacks).items()}
    within = [scenario for scenario, outcome in outcomes.items() if outcome == "within"]
    return [Text(f"Of all stacks together {listed(within)} stay within.", "lead")] if within else []


def overview(results: Results, stacks: Stacks) -> Table:
    every = {scenario: farthest(results, stacks, scenario) for scenario in results.scenarios}
    rows: list[list[Content]] = [
        [
            named(results, name, variants),
            *(growths[name].content if name in growths else "" for growths in every.values()),
        ]
        for name, variants in stacks.items()
    ]
    if all_together := together(results, stacks):
        rows.append(["all together", *(each.content for each in all_together.values())])
    return Table(["service", *every], rows)


def named(results: Results, stack: str, variants: Mapping[int, str]) -> Content:
    return Name(stack, results.services[variants[min(variants)]].framework)


def table(results: Results, stacks: Stacks, sizes: Sequence[int], scenario: str, cost: Cost) -> list[Block]:
    rows: list[list[Content]] = []
    for name, variants in stacks.items():
        means = {
            records: intervals.interval(series(results, one, scenario, cost).values())
            for records, one in variants.items()
        }
        larger = growth(results, variants, scenario, cost)
        cells: list[Content] = [Estimate(means[size]) if size in means else "" for size in sizes]
        cells += [larger[size].content if size in larger else "" for size in sizes[1:]]
        rows.append([named(results, name, variants), *cells])
    head = [f"{size:,} rows" for size in sizes] + [f"{size:,} / {sizes[0]:,}" for size in sizes[1:]]
    blocks: list[Block] = [Text(f"{cost.label}, {cost.unit}:"), Table(["service", *head], rows)]
    paced = [name for each in stacks.values() for name in each.values() if results.bound(name, scenario)]
    if cost.by_clock and paced:
        blocks.append(Text(f"Generator-bound: {', '.join(paced)}.", "notice"))
    return blocks


def drawing(results: Results, stacks: Stacks, scenario: str) -> Drawing:
    """Level, where the rows do not matter."""
    lines, sizes = [], set[int]()
    for name, variants in stacks.items():
        means = {rows: results.mean(one, scenario, CPU).value for rows, one in variants.items()}
        points = [(log10(rows), value) for rows, value in means.items() if value > 0]  # nan is not
        drawn = line(results, variants[min(variants)], points)
        lines.append(charts.Line(name, points, drawn.hue, drawn.dashed, drawn.pale))
        sizes |= variants.keys()
    ticks = {log10(rows): f"{rows:,}" for rows in sorted(sizes)}
    return charts.lines(f"{scenario}, ms of processor time", lines, ticks, "rows")
