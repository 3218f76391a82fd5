"""Who comes first in each scenario, by the study's measure and by processor time."""

from collections.abc import Mapping, Sequence
from itertools import product

from harness.document import Block, Content, Figure, Heading, Table, Text, joined
from loadtests.analysis import charts, intervals, ranks
from loadtests.analysis.charts import Bar
from loadtests.analysis.ranks import Ranking
from loadtests.analysis.results import CPU, LATENCY, THROUGHPUT, Measure, Results


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
                f"{ranks.EXPLAINED}: the 95 % interval of the ratio does not hold 1{noise}. Where there is "
                "no rank, the load generator may have set the pace of one, and the clock ranks none."
            )
        )
    for group, names in results.groups.items():
        by_cpu = {one: ranks.ranking(results, one, CPU, names) for one in results.scenarios}
        main = {one: ranks.ranking(results, one, results.headline(one), names) for one in results.scenarios}
        if len(results.groups) > 1:
            blocks.append(Heading(3, results.plan.groups[group]))
        if group == next(iter(results.groups)):
            blocks += conclusion(results, names, by_cpu)
        blocks += [Text("By throughput (hello, echo) and mean response time:"), table(results, names, main)]
        blocks += [Text("By processor time per request:"), table(results, names, by_cpu)]
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
        [*joined([results.cell(name) for name in first]), " in ", *joined(where)]
        for first, where in scenarios.items()
    ]
    return [Text(["Least processor time per request: ", *joined(least, "; ", "; "), "."], "lead")]


def table(results: Results, names: Sequence[str], rankings: Mapping[str, Ranking]) -> Table:
    rows = [[results.cell(name), *(each.rank(name) for each in rankings.values())] for name in names]
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
