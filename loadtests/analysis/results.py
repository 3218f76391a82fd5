"""A run, as the questions of a page are put to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan, nan
from typing import Any

from harness.document import Cell, Name
from loadtests.analysis import intervals, quantiles
from loadtests.analysis.intervals import Interval, Series
from loadtests.measure.plan import Plan, Scenario
from loadtests.measure.sample import Reason, Sample
from loadtests.measure.variants import Declared


@dataclass(frozen=True)
class Measure:
    name: str  # of the field of a sample
    label: str
    unit: str
    more_is_better: bool = False


THROUGHPUT = Measure("requests_per_second", "Throughput", "req/s", more_is_better=True)
LATENCY = Measure("mean_ms", "Mean response time", "ms")
CPU = Measure("cpu_ms_per_request", "Processor time per request", "ms")
MEMORY = Measure("memory_mib", "Highest memory", "MiB")
IDLE_MEMORY = Measure("idle_memory_mib", "Idle memory", "MiB")


@dataclass(frozen=True)
class Results:
    name: str
    plan: Plan
    machine: Mapping[str, Any]
    samples: tuple[Sample, ...]
    services: Mapping[str, Declared]  # of each variant, what its service says of itself
    ceiling: Mapping[str, float] = field(default_factory=dict)  # by scenario, requests per second of k6 alone
    remaining: int = 0  # cells that are not measured yet
    distributions: dict[tuple[str, str], quantiles.Points | None] = field(default_factory=dict, repr=False)

    @cached_property
    def valid(self) -> list[Sample]:
        """One for each cell; a cell that was measured again counts as it was measured last."""
        return list({sample.cell: sample for sample in self.samples if not sample.invalid}.values())

    @cached_property
    def variants(self) -> list[str]:
        """With a valid sample, in the order of the plan; without controls and, beside services, floors."""
        measured = {sample.variant for sample in self.valid}
        variants = self.plan.variants
        names = [name for name, one in variants.items() if name in measured and not one.control_of]
        return [name for name in names if variants[name].application != "floor"] or names

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """The variants that are compared with each other, in the order of the plan."""
        groups = {
            group: [name for name in self.variants if self.plan.variants[name].group == group]
            for group in self.plan.groups
        }
        return {group: names for group, names in groups.items() if names}

    def title(self, group: str) -> str:
        return self.plan.groups[group]

    @cached_property
    def controls(self) -> dict[str, str]:
        """A/A: a variant to the one that repeats it."""
        return {one.control_of: name for name, one in self.plan.variants.items() if one.control_of}

    @cached_property
    def loads(self) -> Mapping[str, Scenario]:
        return {name: one for name, one in self.plan.scenarios.items()}  # noqa: C416 - any name may be asked for

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
        return [name for name in self.measured if self.loads[name].is_curve]

    @cached_property
    def by_cell(self) -> Mapping[tuple[str, str], list[Sample]]:
        cells: dict[tuple[str, str], list[Sample]] = {}
        for sample in self.valid:
            cells.setdefault((sample.variant, sample.scenario), []).append(sample)
        return cells

    def of(self, variant: str, scenario: str) -> list[Sample]:
        return self.by_cell.get((variant, scenario), [])

    def series(self, variant: str, scenario: str, measure: Measure) -> Series:
        return {sample.round: getattr(sample, measure.name) for sample in self.of(variant, scenario)}

    def mean(self, variant: str, scenario: str, measure: Measure) -> Interval:
        return intervals.interval(self.series(variant, scenario, measure).values())

    def highest(self, variant: str, measure: Measure) -> Interval:
        """The mean, over the rounds, of the highest in any scenario."""
        rounds: dict[int, list[float]] = {}
        for sample in self.valid:
            if sample.variant == variant and not isnan(value := getattr(sample, measure.name)):
                rounds.setdefault(sample.round, []).append(value)
        return intervals.interval(max(values) for values in rounds.values())

    def percentile(self, variant: str, scenario: str, percent: float) -> float:
        points = self.distribution(variant, scenario)
        return quantiles.at(points, percent) if points else nan

    def distribution(self, variant: str, scenario: str) -> quantiles.Points | None:
        """Of the latencies of all rounds together."""
        if (variant, scenario) not in self.distributions:
            samples = [(one.requests, one.quantiles_ms) for one in self.of(variant, scenario) if one.requests]
            self.distributions[variant, scenario] = quantiles.distribution(samples) if samples else None
        return self.distributions[variant, scenario]

    def requests(self, variant: str, scenario: str) -> int:
        return sum(sample.requests for sample in self.of(variant, scenario))

    def is_twin(self, variant: str) -> bool:
        """Written as its framework's tutorial writes it."""
        return self.plan.variants[variant].application == "twin"

    @cached_property
    def has_services(self) -> bool:
        return any(not self.is_twin(name) for name in self.variants)

    def is_pale(self, variant: str) -> bool:
        """Drawn beside what it is compared with: a twin of a service, or a service as it was at a commit."""
        twin = self.is_twin(variant) and self.has_services
        return twin or self.plan.variants[variant].commit is not None

    def cell(self, variant: str) -> Cell:
        return Name(variant, self.services[variant].framework, self.is_pale(variant))

    def headline(self, scenario: str) -> Measure:
        """The study's measure of a scenario; at a fixed rate throughput says nothing of the service."""
        one = self.loads[scenario]
        return THROUGHPUT if one.headline == "throughput" and not one.is_open else LATENCY

    def bound(self, variant: str, scenario: str) -> tuple[Reason, ...]:
        """Why the generator set the pace, if it did in half of the rounds or more."""
        samples = self.of(variant, scenario)
        reasons = [sample.bound for sample in samples if sample.bound]
        return reasons[0] if reasons and 2 * len(reasons) >= len(samples) else ()

    def performance(self, variant: str, scenario: str, measure: Measure) -> Series:
        """As logarithms, of which the larger is the better."""
        logarithms = intervals.logarithms(self.series(variant, scenario, measure))
        sign = 1 if measure.more_is_better else -1
        return {number: sign * value for number, value in logarithms.items()}

    def times(self, one: str, other: str, scenario: str, measure: Measure) -> Interval:
        """How many times as well `one` does as `other`."""
        ones, others = (self.performance(variant, scenario, measure) for variant in (one, other))
        return intervals.geometric(intervals.difference(ones, others))

    def noise(self, scenario: str, measure: Measure) -> dict[tuple[str, str], Interval]:
        """Of each A/A pair: what a variant is to itself."""
        return {pair: self.times(*pair, scenario, measure) for pair in self.controls.items()}

    def floor(self, scenario: str, measure: Measure) -> float:
        """The factor below which a difference is not claimed; 1 without a control."""
        return intervals.floor(self.noise(scenario, measure).values())
