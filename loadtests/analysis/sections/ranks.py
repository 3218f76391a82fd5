"""Who comes first in each scenario, by the study's measure and by processor time, where that can be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import isnan

from harness.document import Block, Content, Figure, Heading, Table, Text, joined
from loadtests.analysis import charts, intervals
from loadtests.analysis.charts import Bar
from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import CPU, LATENCY, THROUGHPUT, Measure, Results
from loadtests.measure.sample import Reason

EXPLAINED = "A rank is one more than the number of variants that are better beyond doubt"


@dataclass(frozen=True)
class Ranking:
    """Of one scenario by one measure."""

    scenario: str
    measure: Measure
    order: tuple[str, ...]  # the best mean first
    pairs: Mapping[tuple[str, str], Interval]  # of the better mean to the other: times as well
    floor: float
    bound: Mapping[str, tuple[Reason, ...]]  # why the generator set the pace of a variant

    @property
    def ranks(self) -> Mapping[str, int]:
        """Of none, if the generator set the pace of any, which might be the fastest."""
        return {} if self.bound else numbered(self.order, self.separates)

    def rank(self, variant: str) -> str:
        return str(self.ranks.get(variant, ""))

    @property
    def first(self) -> list[str]:
        """Those than which none is better beyond doubt."""
        return [name for name, rank in self.ranks.items() if rank == 1]

    def separates(self, better: str, other: str) -> bool:
        return intervals.apart(self.pairs[better, other], self.floor)


def ranking(results: Results, scenario: str, measure: Measure, names: Sequence[str]) -> Ranking:
    """Of these variants among themselves."""
    measured = [name for name in names if results.of(name, scenario)]
    reasons = {name: results.bound(name, scenario) for name in measured} if measure != CPU else {}
    bound = {name: reason for name, reason in reasons.items() if reason}
    all_means = {name: results.mean(name, scenario, measure).value for name in measured}
    means = {name: mean for name, mean in all_means.items() if not isnan(mean)}  # as of a guest at a URL
    order = tuple(sorted(means, key=lambda name: -means[name] if measure.more_is_better else means[name]))
    pairs = {
        pair: results.times(*pair, scenario, measure)
        for pair in combinations(order, 2)
        if not {*pair} & {*bound}
    }
    return Ranking(scenario, measure, order, pairs, results.floor(scenario, measure), bound)


def numbered(order: Sequence[str], separates: Callable[[str, str], bool]) -> dict[str, int]:
    """`separates` says whether the first, which comes before the second, is better beyond doubt."""
    return {
        name: 1 + sum(separates(better, name) for better in order[:place]) for place, name in enumerate(order)
    }


def section(results: Results) -> list[Block]:
    if not results.scenarios:
        return []
    blocks: list[Block] = [Heading(2, "Ranks"), picture(results)]
    if few := too_few(results):
        blocks.append(few)
    else:
        noise = " and its value is farther from 1 than the A/A's, below" if results.controls else ""
        blocks.append(
            Text(
                f"{EXPLAINED}: the 95 % interval of the ratio does not hold 1{noise}. Where there is "
                "no rank, the load generator may have set the pace of one, and the clock ranks none."
            )
        )
    for group, members in results.groups.items():
        by_cpu = {name: ranking(results, name, CPU, members) for name in results.scenarios}
        main = {name: ranking(results, name, results.headline(name), members) for name in results.scenarios}
        if len(results.groups) > 1:
            blocks.append(Heading(3, results.plan.groups[group]))
        if group == next(iter(results.groups)):
            blocks += conclusion(results, members, by_cpu)
        blocks += [Text("By throughput (hello, echo) and mean response time:"), table(results, members, main)]
        blocks += [Text("By processor time per request:"), table(results, members, by_cpu)]
    return [*blocks, cost(results)]


def too_few(results: Results) -> Text | None:
    if (rounds := results.plan.rounds) >= intervals.ENOUGH:
        return None
    some = f"{rounds} round{'s' if rounds > 1 else ''}"
    return Text(f"{some} cannot tell variants apart: that takes {intervals.ENOUGH}.", "lead")


def conclusion(results: Results, names: Sequence[str], by_cpu: Mapping[str, Ranking]) -> list[Block]:
    """Who takes the least processor time, where that can be told at all."""
    scenarios: dict[tuple[str, ...], list[str]] = {}
    for operation, scenario in results.decisive(names, by_cpu).items():
        ranking = by_cpu[scenario]
        first = tuple(name for name in names if name in ranking.first)
        if 0 < len(first) < len(ranking.order):
            scenarios.setdefault(first, []).append(operation)
    if not scenarios:
        return []
    least: list[Content] = [
        [*joined([results.cell(name) for name in first]), " in ", *joined(operations)]
        for first, operations in scenarios.items()
    ]
    return [Text(["Least processor time per request: ", *joined(least, "; ", "; "), "."], "lead")]


def table(results: Results, names: Sequence[str], rankings: Mapping[str, Ranking]) -> Table:
    rows = [[results.cell(name), *(ranking.rank(name) for ranking in rankings.values())] for name in names]
    return Table(["variant", *map(results.label, rankings)], rows)


def picture(results: Results) -> Figure:
    """A panel for each scenario, and a bar for each variant of the first group."""
    names = next(iter(results.groups.values()))
    drawings = []
    for scenario in results.scenarios:
        measure = results.headline(scenario)
        bars = [bar(results, name, scenario, measure) for name in names]
        drawings.append(charts.bars(results.label(scenario), f"{measure.unit}, {measure.better}", bars))
    caption = "Throughput of hello and echo, mean response time of the others."
    bound = any(results.bound(*cell) for cell in product(names, results.scenarios))
    return Figure(drawings, f"{caption} Pale: generator-bound." if bound else caption, "picture.svg")


def cost(results: Results) -> Figure:
    bands = {
        results.label(scenario): [bar(results, name, scenario, CPU) for name in results.variants]
        for scenario in results.scenarios
    }
    drawing = charts.dots(CPU.label, "ms of processor time per request, left is better", bands)
    pale = any(map(results.is_pale, results.variants))
    hollow = " Hollow: a tutorial twin, or an earlier version." if pale else ""
    return Figure([drawing], f"Of the service, all its processes, under the load of the scenario.{hollow}")


def bar(results: Results, variant: str, scenario: str, measure: Measure, beside: float | None = None) -> Bar:
    declared = results.services[variant]
    return Bar(
        label=variant,
        value=results.mean(variant, scenario, measure),
        hue=declared.framework,
        group=results.plan.variants[variant].service,
        pale=results.is_pale(variant),
        hollow=measure in (THROUGHPUT, LATENCY) and bool(results.bound(variant, scenario)),
        square=declared.access == "orm",
        beside=beside,
    )
