"""What a claim is held against: the performance of the five applications, published and measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import log
from statistics import median

from loadtests.report import ratios
from loadtests.report.paper import MEDIAN, Paper
from loadtests.report.ranks import told_apart
from loadtests.report.ratios import Interval, Series
from loadtests.report.results import CPU, THROUGHPUT, Measure, Results
from loadtests.report.stacks import stand_ins

Performance = Callable[
    [str, str], Series
]  # of an application in a scenario, as logarithms: the larger, the better


@dataclass(frozen=True)
class Contrast:
    """A ratio: the geometric mean of some applications to that of others, over some scenarios."""

    better: tuple[str, ...]
    than: tuple[str, ...]
    scenarios: tuple[str, ...]
    less: str | None = None  # the scenario whose ratio this one is divided by

    @property
    def everywhere(self) -> tuple[str, ...]:
        return (*self.scenarios, self.less) if self.less else self.scenarios

    def ratio(self, performance: Performance) -> Interval:
        gap = ratios.average([self.gap(performance, scenario) for scenario in self.scenarios])
        return ratios.geometric(
            ratios.difference(gap, self.gap(performance, self.less)) if self.less else gap
        )

    def gap(self, performance: Performance, scenario: str) -> Series:
        ones, others = (
            ratios.average([performance(name, scenario) for name in side])
            for side in (self.better, self.than)
        )
        return ratios.difference(ones, others)


def published(paper: Paper) -> Performance:
    def performance(application: str, scenario: str) -> Series:
        figure = next(figure for figure in paper.figures if figure.scenario == scenario)
        sign = 1 if figure.measure == THROUGHPUT.name else -1
        return {0: sign * log(figure.values[application])}

    return with_median(performance, list(paper.applications))


def with_median(performance: Performance, applications: Sequence[str]) -> Performance:
    def extended(application: str, scenario: str) -> Series:
        if application != MEDIAN:
            return performance(application, scenario)
        many = [performance(each, scenario) for each in applications]
        shared = set(many[0]).intersection(*many[1:])
        return {number: median(series[number] for series in many) for number in sorted(shared)}

    return extended


class Measured:
    """Our results, read as the study's five applications."""

    def __init__(self, results: Results, paper: Paper) -> None:
        self.results = results
        self.applications = list(paper.applications)
        self.variants = stand_ins(results, self.applications)

    def by(self, measure_of: Callable[[str], Measure]) -> Performance:
        def performance(application: str, scenario: str) -> Series:
            return self.results.performance(self.variants[application], scenario, measure_of(scenario))

        return with_median(performance, self.applications)

    def ratio(self, contrast: Contrast) -> Interval:
        return contrast.ratio(self.by(self.results.headline))

    def cpu_ratio(self, contrast: Contrast) -> Interval:
        return contrast.ratio(self.by(lambda _: CPU))

    def missing(self, contrast: Contrast) -> list[str]:
        scenarios = [name for name in contrast.everywhere if name not in self.results.scenarios]
        return scenarios + [name for name in self.named(contrast) if name not in self.variants]

    def is_bound(self, contrast: Contrast) -> bool:
        cells = product(self.named(contrast), contrast.everywhere)
        return any(self.results.bound(self.variants[name], scenario) for name, scenario in cells)

    def floor(self, contrast: Contrast) -> float:
        return max(self.results.floor(name, self.results.headline(name)) for name in contrast.everywhere)

    def cpu_floor(self, contrast: Contrast) -> float:
        return max(self.results.floor(name, CPU) for name in contrast.everywhere)

    def named(self, contrast: Contrast) -> list[str]:
        names = (*contrast.better, *contrast.than)
        return self.applications if MEDIAN in names else list(names)

    def leads(self, some: Sequence[str], others: Sequence[str], scenario: str) -> bool:
        """One of `some` comes before all of `others`."""
        return any(all(self.before(one, other, scenario) for other in others) for one in some)

    def before(self, one: str, other: str, scenario: str) -> bool:
        contrast = Contrast((one,), (other,), (scenario,))
        if self.missing(contrast):
            return False
        found = [(self.ratio(contrast), self.floor(contrast))]
        if self.is_bound(contrast):
            found.append((self.cpu_ratio(contrast), self.cpu_floor(contrast)))
        return all(times.value > 1 and told_apart(times, floor) for times, floor in found)
