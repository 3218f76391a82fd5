"""A run, as the questions of the report are put to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import isnan, nan
from typing import Any

from loadtests.report import ratios
from loadtests.report.ratios import Interval, Series
from loadtests.runner import stats
from loadtests.runner.plan import Plan
from loadtests.runner.sample import Sample


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
    distributions: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict, repr=False)

    @cached_property
    def valid(self) -> list[Sample]:
        """One for each cell; a cell that was measured again counts as it was measured last."""
        return list({sample.cell: sample for sample in self.samples if not sample.invalid}.values())

    @cached_property
    def variants(self) -> list[str]:
        """With a valid sample, in the order of the plan; without controls and, beside services, floors."""
        measured = {sample.variant for sample in self.valid}
        names = [
            name for name in self.plan.variants if name in measured and name not in self.controls.values()
        ]
        return [name for name in names if not self.plan.variants[name].floor] or names

    @cached_property
    def controls(self) -> dict[str, str]:
        """A/A: the variants that are in the plan twice, the first name to the second."""
        names = list(self.plan.variants)
        return {
            one: other
            for index, other in enumerate(names)
            for one in names[:index]
            if self.plan.variants[one] == self.plan.variants[other]
        }

    @cached_property
    def scenarios(self) -> list[str]:
        """Those that are compared at one load; the others are curves."""
        measured = {sample.scenario for sample in self.valid}
        return [name for name in self.plan.scenarios if name in measured and name not in self.curves]

    @cached_property
    def curves(self) -> list[str]:
        """The scenarios with several rates."""
        measured = {sample.scenario for sample in self.valid}
        return [name for name, one in self.plan.scenarios.items() if name in measured and len(one.rates) > 1]

    def of(self, variant: str, scenario: str) -> list[Sample]:
        return [each for each in self.valid if each.variant == variant and each.scenario == scenario]

    def series(self, variant: str, scenario: str, measure: Measure) -> Series:
        return {each.round: getattr(each, measure.name) for each in self.of(variant, scenario)}

    def mean(self, variant: str, scenario: str, measure: Measure) -> Interval:
        return ratios.interval(self.series(variant, scenario, measure).values())

    def highest(self, variant: str, measure: Measure) -> Interval:
        """The mean, over the rounds, of the highest in any scenario."""
        rounds: dict[int, list[float]] = {}
        for each in self.valid:
            if each.variant == variant and not isnan(value := getattr(each, measure.name)):
                rounds.setdefault(each.round, []).append(value)
        return ratios.interval(max(values) for values in rounds.values())

    def percentile(self, variant: str, scenario: str, percent: float) -> float:
        points = self.distribution(variant, scenario)
        return stats.at(points, percent) if points else nan

    def distribution(self, variant: str, scenario: str) -> list[tuple[float, float]]:
        """Of the latencies of all rounds together."""
        if (variant, scenario) not in self.distributions:
            samples = [
                (each.requests, each.quantiles_ms) for each in self.of(variant, scenario) if each.requests
            ]
            self.distributions[variant, scenario] = stats.distribution(samples) if samples else []
        return self.distributions[variant, scenario]

    def requests(self, variant: str, scenario: str) -> int:
        return sum(each.requests for each in self.of(variant, scenario))

    def is_open(self, scenario: str) -> bool:
        """At a fixed rate: how many requests are made says nothing of the service."""
        return any(one.rates for name, one in self.plan.scenarios.items() if name == scenario)

    def is_twin(self, variant: str) -> bool:
        """Written as its framework's quickstart writes it."""
        return self.plan.variants[variant].twin

    def is_earlier(self, variant: str) -> bool:
        """A service as it was at a commit."""
        return self.plan.variants[variant].commit is not None

    def headline(self, scenario: str) -> Measure:
        """The paper's measure of a scenario: the throughput of the two without a database, else the time."""
        return THROUGHPUT if scenario in ("hello", "echo") and not self.is_open(scenario) else LATENCY

    def bound(self, variant: str, scenario: str) -> str:
        """Why the generator set the pace, if it did in half of the rounds or more."""
        samples = self.of(variant, scenario)
        reasons = [sample.bound for sample in samples if sample.bound]
        return reasons[0] if 2 * len(reasons) >= max(len(samples), 1) else ""

    def performance(self, variant: str, scenario: str, measure: Measure) -> Series:
        """As logarithms, of which the larger is the better."""
        found = ratios.logarithms(self.series(variant, scenario, measure))
        return found if measure.more_is_better else {number: -value for number, value in found.items()}

    def times(self, one: str, other: str, scenario: str, measure: Measure) -> Interval:
        """How many times as well `one` does as `other`."""
        ones, others = (self.performance(variant, scenario, measure) for variant in (one, other))
        return ratios.geometric(ratios.difference(ones, others))

    def noise(self, scenario: str, measure: Measure) -> dict[tuple[str, str], Interval]:
        """Of each A/A pair: what a variant is to itself."""
        return {pair: self.times(*pair, scenario, measure) for pair in self.controls.items()}

    def floor(self, scenario: str, measure: Measure) -> float:
        """The factor below which a difference is not claimed; 1 without a control."""
        return ratios.floor(self.noise(scenario, measure).values())
