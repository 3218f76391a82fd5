"""A run, as the questions of a page are put to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from math import isnan, nan
from typing import Any

from harness.document import Content, Span, Table, listed
from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval, Pairing, Series
from loadtests.measure import quantiles
from loadtests.measure.placement import Placement, recorded
from loadtests.measure.plan import Plan
from loadtests.measure.sample import Cell, Reason, Sample
from loadtests.measure.variants import Declared


@dataclass(frozen=True)
class Measure:
    name: str  # of the field of a sample
    label: str
    unit: str
    more_is_better: bool = False

    @property
    def better(self) -> str:
        """Which way a bar is better."""
        return "longer is better" if self.more_is_better else "shorter is better"


THROUGHPUT = Measure("requests_per_second", "Throughput", "req/s", more_is_better=True)
LATENCY = Measure("mean_ms", "Mean response time", "ms")
CPU = Measure("cpu_ms_per_request", "Processor time per request", "ms")
MEMORY = Measure("memory_mib", "Highest memory", "MiB")
IDLE_MEMORY = Measure("idle_memory_mib", "Idle memory", "MiB")
BREAK = timedelta(minutes=10)  # no plan pauses for so long


def percentiles(samples: Iterable[Sample], percents: Sequence[float]) -> list[float]:
    """Of the latencies of all their requests together."""
    functions = [(sample.requests, sample.quantiles_ms) for sample in samples if sample.requests]
    if not functions:
        return [nan] * len(percents)
    points = quantiles.distribution(functions)
    return [quantiles.at(points, percent) for percent in percents]


@dataclass(frozen=True)
class Results:
    name: str
    plan: Plan
    machine: Mapping[str, Any]
    samples: tuple[Sample, ...]
    services: Mapping[str, Declared]  # of each variant, what its service says of itself
    ceiling: Mapping[str, float] = field(default_factory=dict)  # by scenario, requests per second of k6 alone
    remaining: int = 0  # cells that are not measured yet

    @cached_property
    def pairings(self) -> Mapping[Cell, Pairing]:
        """A round and a sitting for each cell: samples are compared where both are the same.

        A run that was interrupted, or that measures refused blocks again, goes on at another time: a sitting
        ends where the rounds begin again, or where nothing began for ten minutes.
        """
        pairings, sitting, last = dict[Cell, Pairing](), 0, None
        for sample in self.samples:
            began = datetime.fromisoformat(sample.started)
            if last and (sample.round < last[0] or began - last[1] > BREAK):
                sitting += 1
            last = sample.round, began
            if not sample.invalid:
                pairings[sample.cell] = sample.round, sitting
        return pairings

    @cached_property
    def valid(self) -> list[Sample]:
        """One for each cell; a cell that was measured again counts as it was measured last."""
        return list({sample.cell: sample for sample in self.samples if not sample.invalid}.values())

    @cached_property
    def placement(self) -> Placement:
        return recorded(self.machine)

    @cached_property
    def variants(self) -> list[str]:
        """With a valid sample, in the order of the plan; without controls and, beside services, floors."""
        measured = {sample.variant for sample in self.valid}
        variants = self.plan.variants
        names = [name for name, variant in variants.items() if name in measured and not variant.control_of]
        return [name for name in names if variants[name].application != "floor"] or names

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """The variants that are compared with each other, in the order of the plan."""
        groups = {
            group: [name for name in self.variants if self.plan.variants[name].group == group]
            for group in self.plan.groups
        }
        return {group: names for group, names in groups.items() if names}

    @cached_property
    def controls(self) -> dict[str, str]:
        """A/A: a variant to the one that repeats it."""
        return {again.control_of: name for name, again in self.plan.variants.items() if again.control_of}

    @cached_property
    def measured(self) -> list[str]:
        scenarios = {sample.scenario for sample in self.valid}
        return [name for name in self.plan.scenarios if name in scenarios]

    @cached_property
    def scenarios(self) -> list[str]:
        """Those that are compared at one load."""
        return [name for name in self.measured if name not in self.curves]

    @cached_property
    def curves(self) -> list[str]:
        """The scenarios with several rates."""
        return [name for name in self.measured if self.plan.scenarios[name].is_curve]

    @cached_property
    def by_cell(self) -> Mapping[tuple[str, str], list[Sample]]:
        cells: dict[tuple[str, str], list[Sample]] = {}
        for sample in self.valid:
            cells.setdefault((sample.variant, sample.scenario), []).append(sample)
        return cells

    def of(self, variant: str, scenario: str) -> list[Sample]:
        return self.by_cell.get((variant, scenario), [])

    def series(self, variant: str, scenario: str, measure: Measure) -> Series:
        samples = self.of(variant, scenario)
        return {self.pairings[sample.cell]: getattr(sample, measure.name) for sample in samples}

    def logarithms(self, variant: str, scenario: str, measure: Measure) -> Series:
        return intervals.logarithms(self.series(variant, scenario, measure))

    def mean(self, variant: str, scenario: str, measure: Measure) -> Interval:
        return intervals.geometric(self.logarithms(variant, scenario, measure))

    def highest(self, variant: str, measure: Measure) -> Interval:
        """The mean, over the rounds, of the highest in any scenario."""
        rounds: dict[Pairing, float] = {}
        for sample in self.valid:
            if sample.variant == variant and not isnan(value := getattr(sample, measure.name)):
                pairing = self.pairings[sample.cell]
                rounds[pairing] = max(value, rounds.get(pairing, 0))
        return intervals.geometric(intervals.logarithms(rounds))

    def label(self, scenario: str) -> str:
        """What a page calls it."""
        by_wrk = self.plan.scenarios[scenario].generator == "wrk"
        return f"{self.plan.operation(scenario)} by wrk" if by_wrk else scenario

    def is_pale(self, variant: str) -> bool:
        """Drawn beside what it is compared with: a twin, an earlier version, or one on other packages."""
        variants = self.plan.variants
        beside_services = any(variants[name].application != "twin" for name in self.variants)
        is_twin = variants[variant].application == "twin"
        return bool(variants[variant].commit or variants[variant].packages) or (is_twin and beside_services)

    def cell(self, variant: str) -> Content:
        return Span(variant, hue=self.services[variant].framework, pale=self.is_pale(variant))

    def table(self, corner: str, scenarios: Sequence[str], written: Callable[[str, str], Content]) -> Table:
        """A row for each variant, and a column for each of the scenarios."""
        rows = [[self.cell(name), *(written(name, column) for column in scenarios)] for name in self.variants]
        return Table([corner, *scenarios], rows)

    def headline(self, scenario: str) -> Measure:
        """The study's measure of a scenario; at a fixed rate throughput says nothing of the service."""
        load = self.plan.scenarios[scenario]
        return THROUGHPUT if load.headline == "throughput" and not load.is_open else LATENCY

    def bound(self, variant: str, scenario: str) -> tuple[Reason, ...]:
        """Why the generator set the pace, if it did in half of the rounds or more."""
        samples = self.of(variant, scenario)
        reasons = [sample.bound for sample in samples if sample.bound]
        return reasons[0] if reasons and 2 * len(reasons) >= len(samples) else ()

    @cached_property
    def paced(self) -> str:
        """The variants of which the generator set the pace in some scenario."""
        return listed(
            [name for name in self.variants if any(self.bound(name, scenario) for scenario in self.scenarios)]
        )

    def decisive(self, variants: Sequence[str], scenarios: Iterable[str]) -> dict[str, str]:
        """By operation one of these scenarios: k6's or, where k6 set the pace of any variant, wrk's."""

        def free(scenario: str) -> bool:
            return all(self.of(name, scenario) and not self.bound(name, scenario) for name in variants)

        chosen: dict[str, str] = {}
        for scenario in sorted(scenarios, key=lambda name: self.plan.scenarios[name].generator):
            before = chosen.setdefault(self.plan.operation(scenario), scenario)
            if free(scenario) and not free(before):
                chosen[self.plan.operation(scenario)] = scenario
        return chosen

    def performance(self, variant: str, scenario: str, measure: Measure) -> Series:
        """As logarithms, of which the larger is the better."""
        sign = 1 if measure.more_is_better else -1
        logarithms = self.logarithms(variant, scenario, measure)
        return {pairing: sign * value for pairing, value in logarithms.items()}

    def times(self, variant: str, other: str, scenario: str, measure: Measure) -> Interval:
        """How many times as well a variant does as the other."""
        first, second = (self.performance(name, scenario, measure) for name in (variant, other))
        return intervals.together([(first, second)])

    def noise(self, scenario: str, measure: Measure) -> dict[tuple[str, str], Interval]:
        """Of each A/A pair: what a variant is to itself."""
        return {pair: self.times(*pair, scenario, measure) for pair in self.controls.items()}

    def floor(self, scenario: str, measure: Measure) -> float:
        """The ratio that A/A gave, of 1 or more, which no claim may fall short of; 1 without a control."""
        ratios = (times.value for times in self.noise(scenario, measure).values())
        return max((intervals.farness(ratio) for ratio in ratios if ratio > 0), default=1.0)
