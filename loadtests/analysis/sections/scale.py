"""What a growing table costs: the variants of a group differ in their records alone."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import log, nan

from harness.document import Block, Content, Heading, Span, Table, Text, joined, listed, ratio
from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval, Series
from loadtests.analysis.results import CPU, LATENCY, Measure, Results
from loadtests.analysis.sections.scenarios import request
from loadtests.measure.sample import Sample

ALL = "list_items"  # its cost is that of each row of the answer

Sizes = Mapping[int, str]  # the variants of a group, by their numbers of records
Stacks = Mapping[str, Sizes]  # by group


def section(results: Results) -> Iterator[Block]:
    stacks = by_records(results)
    sizes = sorted({records for variants in stacks.values() for records in variants})
    if len(sizes) < 2 or not results.scenarios:
        return
    few, most = f"{sizes[0]:,}", f"{sizes[-1]:,}"
    yield Heading(2, "Scale")
    yield Text(conclusion(results, stacks, f"From {few} to {most} rows"), "lead")
    yield Text(
        f"Each operation at {listed([f'{size:,}' for size in sizes])} rows, at a fixed rate: how many "
        f"times what it takes at {few} rows it takes at more, with the 95 % interval over the rounds. Of "
        f"{ALL} it is what each row of the answer takes, which may fall as the fixed part is shared."
    )
    for measure, size in product((CPU, LATENCY), sizes[1:]):
        yield Text(f"{measure.label}, {size:,} / {few} rows:")
        yield table(results, stacks, size, measure)
    if results.paced:
        yield Text(f"Generator-bound: the response times of {results.paced}.", "notice")
    for scenario in results.scenarios:
        yield Text(f"{scenario}: {request(results, scenario)}", "small")


def by_records(results: Results) -> Stacks:
    variants = results.plan.variants
    return {
        results.plan.groups[group]: dict(sorted((results.plan.records_of(variants[n]), n) for n in names))
        for group, names in results.groups.items()
    }


def conclusion(results: Results, stacks: Stacks, begin: str) -> Content:
    """By the processor time of all stacks together."""
    most = max(map(max, stacks.values()))
    growths = {name: growth(results, stacks.values(), most, name, CPU) for name in results.scenarios}
    ratios = joined([[f"{scenario} ", ratio(times)] for scenario, times in growths.items()])
    if not all(times.known for times in growths.values()):
        return [f"{begin}, processor time of all stacks together, as a multiple: ", *ratios, "."]
    highest = max(times.high for times in growths.values())
    claim = f"no operation costs more than {highest:.2f} times the processor time"
    return [f"{begin} {claim}; all stacks together, as a multiple: ", *ratios, "."]


def table(results: Results, stacks: Stacks, size: int, measure: Measure) -> Table:
    def row(title: Content, *stacks: Sizes) -> list[Content]:
        return [title, *(ratio(growth(results, stacks, size, name, measure)) for name in results.scenarios)]

    rows = [
        row(Span(stack, hue=results.services[sizes[min(sizes)]].framework), sizes)
        for stack, sizes in stacks.items()
    ]
    if len(stacks) > 1:
        rows.append(row("all together, geometric mean", *stacks.values()))
    return Table(["service", *results.scenarios], rows)


def growth(results: Results, stacks: Iterable[Sizes], size: int, scenario: str, measure: Measure) -> Interval:
    """What an operation takes at this number of records, times what it takes at the fewest.

    Of several stacks it is the geometric mean, in which there is less of what is noise in each of them.
    """

    def costs(variant: str | None) -> Series:
        return series(results, variant, scenario, measure) if variant else {}

    return intervals.together([(costs(sizes.get(size)), costs(sizes[min(sizes)])) for sizes in stacks])


def series(results: Results, variant: str, scenario: str, measure: Measure) -> Series:
    """The logarithm of what an operation takes, or a row of the list of all."""
    costs = results.logarithms(variant, scenario, measure)
    if scenario != ALL:
        return costs
    samples = results.of(variant, scenario)
    rows = {results.pairings[sample.cell]: answered(results, sample) for sample in samples}
    return {key: value - log(rows[key]) for key, value in costs.items()}


def answered(results: Results, sample: Sample) -> float:
    """The rows in one answer."""
    rows = sample.rows or nan
    return min(results.plan.scenarios[sample.scenario].limit or rows, rows)
