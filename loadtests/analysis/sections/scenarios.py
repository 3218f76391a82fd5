"""Each scenario: who did how well, and how slow the slowest requests were."""

from collections.abc import Iterator, Mapping, Sequence
from math import log10

import numpy as np

from harness.document import (
    Block,
    Content,
    Drawing,
    Figure,
    Heading,
    Span,
    Table,
    Text,
    digits,
    estimate,
    listed,
    ratio,
)
from loadtests.analysis import charts
from loadtests.analysis import paper as papers
from loadtests.analysis.charts import Line
from loadtests.analysis.intervals import UNKNOWN
from loadtests.analysis.results import CPU, Results, percentiles
from loadtests.analysis.sections.ranks import Ranking, bar, ranking
from loadtests.measure import gates
from loadtests.measure.plan import Scenario
from loadtests.measure.sample import Reason, Sample

REQUESTS = {
    "hello": "GET /hello",
    "echo": "POST /echo",
    "list_items": "GET /items",
    "list_page": "GET /items?limit=100&after={item_id}",
    "get_item": "GET /items/{item_id}",
    "create_item": "POST /items",
    "replace_item": "PUT /items/{item_id}",
    "delete_item": "DELETE /items/{item_id}",
}
READING = (
    "Values are geometric means of the rounds, with their 95 % intervals where there are enough rounds. "
    "Percentiles are those of all requests of all rounds. Ratios are taken within a round, so that what "
    "slows a whole round down cancels: 2 is twice as well, which is twice the throughput or half the "
    "time. The processor time per request is that of all processes of the service; it depends on how busy "
    "the service is, so compare it within a scenario."
)
AXIS = (0, 50, 90, 99, 99.9, 99.99)  # percentiles that the axis names
BEYOND = 10  # requests that have to lie beyond a percentile for it to be drawn


def section(results: Results) -> Iterator[Block]:
    if not results.scenarios:
        return
    yield Heading(2, "Scenarios")
    yield Text(READING)
    if any(published(results, scenario) for scenario in results.scenarios):
        yield Text(
            "Coloured bars were measured here, grey ones are the study's. Each side has a scale of its "
            "own: machines differ, so compare the shapes."
        )
    for scenario in results.scenarios:
        yield from of(results, scenario)


def of(results: Results, scenario: str) -> Iterator[Block]:
    measure, values = results.headline(scenario), published(results, scenario)
    unit = measure.unit
    yield Heading(3, results.label(scenario))
    yield Text(
        f"{request(results, scenario)} {measure.label} in {unit}; percentiles in ms; cpu in ms per request."
    )
    bars = [bar(results, name, scenario, measure, values.get(name)) for name in results.variants]
    beside = ("here, ", "the study") if values else ("", "")
    drawings = [
        charts.bars(measure.label, f"{beside[0]}{unit}, {measure.better}", bars, beside[1]),
        *quantiles(results, scenario),
    ]
    pale = " Pale: generator-bound." if any(bar.hollow for bar in bars) else ""
    yield Figure(drawings, f"{measure.label}, and response times by percentile.{pale}")
    for group, names in results.groups.items():
        main = ranking(results, scenario, measure, names)
        by_cpu = ranking(results, scenario, CPU, names)
        if len(results.groups) > 1:
            yield Text(f"{results.plan.groups[group]}:")
        head = ["variant", "rank", unit, "times behind", "p50", "p95", "p99", "cpu rank", "cpu", "study"]
        yield Table(head, [row(results, name, main, by_cpu, values.get(name)) for name in main.order])
        yield from notes(main.bound)
        if main.pairs:
            yield every_pair(main)


def request(results: Results, scenario: str) -> str:
    operation = results.plan.operation(scenario)
    return f"{REQUESTS.get(operation, operation)}, {load(results.plan.scenarios[scenario])}."


def load(scenario: Scenario) -> str:
    users = f"{scenario.users} user{'s' if scenario.users > 1 else ''}"
    if scenario.rates:
        return f"{scenario.rates[0]:g} requests per second for {scenario.seconds:g} s"
    if scenario.iterations:
        return f"{users}, {scenario.iterations:,} requests"
    return f"{users} for {scenario.seconds:g} s"


def row(results: Results, name: str, main: Ranking, by_cpu: Ranking, study: float | None) -> list[Content]:
    first, scenario = main.order[0], main.scenario
    behind = UNKNOWN if name == first else main.pairs.get((first, name), UNKNOWN)
    return [
        results.cell(name),
        main.rank(name),
        estimate(results.mean(name, scenario, main.measure)),
        ratio(behind),
        *map(digits, percentiles(results.of(name, scenario), (50, 95, 99))),
        by_cpu.rank(name),
        estimate(results.mean(name, scenario, CPU)),
        "" if study is None else f"{study:,g}",
    ]


def published(results: Results, scenario: str) -> dict[str, float]:
    """What the study has for the tutorial twins, on whatever versions, which stand for its applications."""
    figure = papers.read().figure(results.plan.operation(scenario))
    if figure is None or results.plan.scenarios[scenario].is_open:
        return {}
    names = [*results.groups.get("twins", []), *results.groups.get("study", [])]
    services = {name: results.plan.variants[name].service for name in names}
    return {name: figure.values[service] for name, service in services.items() if service in figure.values}


def every_pair(ranking: Ranking) -> Table:
    rows: list[list[Content]] = [
        [*pair, ratio(times), "" if ranking.separates(*pair) else Span("not told apart", "muted")]
        for pair, times in ranking.pairs.items()
    ]
    return Table(["the first", "and the second", "times as well", ""], rows, "llrl", fold="Every pair")


def notes(bound: Mapping[str, tuple[Reason, ...]]) -> Iterator[Text]:
    """`bound` has the reasons of each variant whose pace the generator set; alike ones are told together."""
    alike: dict[str, list[str]] = {}
    for variant, reasons in bound.items():
        alike.setdefault("; ".join(map(gates.sentence, reasons)), []).append(variant)
    if alike:
        causes = "; ".join(f"{listed(names)} ({why})" for why, names in alike.items())
        yield Text(
            f"Generator-bound: {causes}. The load generator may have set the pace: the figures above rank "
            "nobody, the processor time per request does.",
            "notice",
        )


def quantiles(results: Results, scenario: str) -> Iterator[Drawing]:
    """Of the first group: there is room for one line of a stack."""
    reached = {name: drawable(results.of(name, scenario)) for name in next(iter(results.groups.values()))}
    drawn = {name: percents for name, percents in reached.items() if len(percents) > 1}
    if not drawn:
        return
    lines = []
    for name, percents in drawn.items():
        values = percentiles(results.of(name, scenario), percents)
        lines.append(line(results, name, list(zip(map(stretched, percents), values, strict=True))))
    last = max(map(max, drawn.values()))
    ticks = {stretched(percent): f"p{percent:g}" if percent else "min" for percent in AXIS if percent <= last}
    yield charts.lines(
        "Response times, ms, lower is better", lines, ticks, "percentile, all rounds together", points=False
    )


def line(results: Results, variant: str, points: Sequence[tuple[float, float]]) -> Line:
    declared = results.services[variant]
    return Line(variant, points, declared.framework, declared.access == "orm", results.is_pale(variant))


def drawable(samples: Sequence[Sample]) -> list[float]:
    """The percentages up to the last one that enough requests lie beyond."""
    requests = sum(sample.requests for sample in samples)
    steps = np.unique([*range(100), *np.arange(99, 100, 0.1), *np.arange(99.9, 100, 0.01), 99.99])
    return [float(percent) for percent in steps if requests * (100 - percent) / 100 >= BEYOND]


def stretched(percent: float) -> float:
    """Each nine of a percentile takes as much room as the one before."""
    return -log10(1 - percent / 100)
