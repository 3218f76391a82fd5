"""What a growing table does to each operation: of variants that differ in their records alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import geometric_mean
from typing import Literal

from loadtests.report import ratios
from loadtests.report.ratios import Interval, Series
from loadtests.report.results import CPU, LATENCY, Results
from loadtests.runner.plan import Variant
from loadtests.runner.sample import Sample

SAME = 1.15  # the factor up to which two costs are the same
ALL = "list_items"  # the one operation that is allowed to cost more: as much more as there are more rows

Stacks = Mapping[str, Mapping[int, str]]  # by its name a stack's variants, by their numbers of records
Outcome = Literal["within", "not", "undecided"]
Cost = Callable[[Sample], float]


@dataclass(frozen=True)
class Measure:
    label: str
    unit: str
    cost: Cost
    per_row: bool = False  # of a list of all of them: it may fall as the rows become more

    @property
    def least(self) -> float:
        return 0 if self.per_row else 1 / SAME


OF_A_REQUEST = (
    Measure(CPU.label, "ms", lambda sample: sample.cpu_ms_per_request),
    Measure(LATENCY.label, "ms", lambda sample: sample.mean_ms),
)
OF_A_ROW = (
    Measure("Processor time per row", "µs", lambda one: per_row(one, one.cpu_ms_per_request * 1e3), True),
    Measure("Mean response time per row", "µs", lambda one: per_row(one, one.mean_ms * 1e3), True),
    Measure(
        "Highest memory per row, beyond the idle service's",
        "bytes",
        lambda one: per_row(one, (one.memory_mib - one.idle_memory_mib) * 2**20),
        True,
    ),
)


@dataclass(frozen=True)
class Growth:
    """At a larger number of records, as a multiple of what the smallest costs."""

    times: Interval
    outcome: Outcome


@dataclass(frozen=True)
class Found:
    """What a stack's operation costs at each number of records."""

    costs: Mapping[int, Interval]
    growth: Mapping[int, Growth]  # of all but the smallest


def stacks(results: Results) -> Stacks:
    """Where the variants have different numbers of records: of no plan but one about scale there are any."""
    found: dict[str, dict[int, str]] = {}
    for name in results.variants:
        variant = results.plan.variants[name]
        found.setdefault(stack(variant), {})[results.plan.records_of(variant)] = name
    sizes = {records for variants in found.values() for records in variants}
    return {name: dict(sorted(each.items())) for name, each in found.items()} if len(sizes) > 1 else {}


def stack(variant: Variant) -> str:
    """A name for whatever variants differ in their records alone."""
    words = [f"twin_{variant.service}" if variant.twin else variant.service]
    words += [f"{key}={value}" for key, value in sorted(variant.env.items())]
    return " ".join([*words, *(["in a container"] if variant.docker else [])])


def same_size(results: Results, one: str, other: str) -> bool:
    """Whether one that does better than the other does so with as many records."""
    ones, others = (results.plan.records_of(results.plan.variants[name]) for name in (one, other))
    return ones == others


def measures(scenario: str) -> tuple[Measure, ...]:
    return OF_A_ROW if scenario == ALL else OF_A_REQUEST


def per_row(sample: Sample, value: float) -> float:
    return value / sample.rows if sample.rows else float("nan")


def found(results: Results, sizes: Mapping[int, str], scenario: str, measure: Measure) -> Found:
    series = {records: costs(results, name, scenario, measure.cost) for records, name in sizes.items()}
    smallest = series[min(series)]
    return Found(
        {records: ratios.interval(each.values()) for records, each in series.items()},
        {
            records: grown(ratios.ratio(each, smallest), measure.least)
            for records, each in series.items()
            if each is not smallest
        },
    )


def together(results: Results, stacks: Stacks, scenario: str, measure: Measure) -> Growth:
    """At the most records, of the geometric mean of stacks that have the same numbers of them: what is noise
    in each is less in all."""
    fewest, most = (
        mean([costs(results, sizes[end(sizes)], scenario, measure.cost) for sizes in stacks.values()])
        for end in (min, max)
    )
    return grown(ratios.ratio(most, fewest), measure.least)


def mean(every: Sequence[Series]) -> Series:
    """The geometric mean in the rounds in which all cost something that is known."""
    rounds = set.intersection(*({number for number, cost in each.items() if cost > 0} for each in every))
    return {number: geometric_mean(each[number] for each in every) for number in sorted(rounds)}


def costs(results: Results, variant: str, scenario: str, cost: Cost) -> Series:
    return {each.round: cost(each) for each in results.of(variant, scenario)}


def grown(times: Interval, least: float) -> Growth:
    return Growth(times, outcome(times, least))


def outcome(times: Interval, least: float = 1 / SAME) -> Outcome:
    if times.within(least, SAME):
        return "within"
    return "not" if times.outside(least, SAME) else "undecided"
