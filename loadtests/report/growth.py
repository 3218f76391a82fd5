"""The section about scale, as text in cells: what both forms of a report show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtests.report import scale
from loadtests.report.results import LATENCY, Results
from loadtests.report.scale import Found, Growth, Measure, Stacks
from loadtests.report.stacks import by_stack
from loadtests.report.tables import REQUESTS, load
from loadtests.report.words import bounded, factor


@dataclass(frozen=True)
class Line:
    stack: str
    variant: str  # of the fewest records
    costs: Sequence[str]  # at each number of records; none where it was not measured
    growth: Sequence[tuple[str, str]]  # times as much as at the fewest, and whether that is the same


@dataclass(frozen=True)
class Table:
    measure: Measure
    lines: Sequence[Line]
    bound: Sequence[str]  # variants whose pace the generator set


@dataclass(frozen=True)
class Operation:
    scenario: str
    request: str
    load: str
    tables: Sequence[Table]


@dataclass(frozen=True)
class Section:
    sizes: Sequence[int]
    scenarios: Sequence[str]
    overview: Sequence[Line]  # without costs: the growth in each scenario
    together: Sequence[tuple[str, str]]  # of all stacks, if there are several of all sizes
    operations: Sequence[Operation]


def section(results: Results) -> Section | None:
    """Of a plan whose variants differ in their records; of any other there is none."""
    stacks, scenarios = scale.stacks(results), results.scenarios
    if not stacks:
        return None
    sizes = sorted({records for variants in stacks.values() for records in variants})
    overview = [
        Line(name, smallest(stacks[name]), [], [farthest(results, stacks[name], each) for each in scenarios])
        for name in ordered(results, stacks)
    ]
    return Section(
        sizes,
        scenarios,
        overview,
        [told(each) for each in together(results).values()],
        [operation(results, stacks, sizes, each) for each in scenarios],
    )


def together(results: Results) -> Mapping[str, Growth]:
    """In each scenario by processor time; of several stacks that have the same sizes."""
    stacks = scale.stacks(results)
    if len(stacks) < 2 or len({tuple(variants) for variants in stacks.values()}) > 1:
        return {}
    return {
        name: scale.together(results, stacks, name, scale.measures(name)[0]) for name in results.scenarios
    }


def ordered(results: Results, stacks: Stacks) -> list[str]:
    names = {smallest(variants): name for name, variants in stacks.items()}
    return [names[variant] for variant in by_stack(results, names)]


def smallest(variants: Mapping[int, str]) -> str:
    return variants[min(variants)]


def farthest(results: Results, variants: Mapping[int, str], scenario: str) -> tuple[str, str]:
    """At the most records, by processor time."""
    by_cpu, *_ = scale.measures(scenario)
    measured = scale.found(results, variants, scenario, by_cpu)
    return told(measured.growth.get(max(variants)))


def told(growth: Growth | None) -> tuple[str, str]:
    times = factor(growth.times) if growth else ""
    return (times, growth.outcome) if growth and times else ("", "")


def operation(results: Results, stacks: Stacks, sizes: Sequence[int], scenario: str) -> Operation:
    return Operation(
        scenario,
        REQUESTS[scenario],
        next(load(each) for name, each in results.plan.scenarios.items() if name == scenario),
        [table(results, stacks, sizes, scenario, measure) for measure in scale.measures(scenario)],
    )


def table(results: Results, stacks: Stacks, sizes: Sequence[int], scenario: str, measure: Measure) -> Table:
    lines = [
        line(name, stacks[name], sizes, scale.found(results, stacks[name], scenario, measure))
        for name in ordered(results, stacks)
    ]
    variants = [variant for each in stacks.values() for variant in each.values()]
    paced = [name for name in variants if results.bound(name, scenario)]
    return Table(measure, lines, paced if measure.label.startswith(LATENCY.label) else [])


def line(name: str, variants: Mapping[int, str], sizes: Sequence[int], measured: Found) -> Line:
    return Line(
        name,
        smallest(variants),
        [bounded(measured.costs[records]) if records in measured.costs else "" for records in sizes],
        [told(measured.growth.get(records)) for records in sizes[1:]],
    )
