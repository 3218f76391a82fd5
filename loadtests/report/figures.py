"""Every figure of a report, by its name, as SVG."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from math import isnan

from loadtests.report import bars, curves, loads, overview, ratios, svg
from loadtests.report.bars import Bar
from loadtests.report.curves import Curve
from loadtests.report.paper import Paper
from loadtests.report.results import (
    CPU,
    IDLE_MEMORY,
    LATENCY,
    MEMORY,
    THROUGHPUT,
    Measure,
    Results,
)
from loadtests.report.stacks import by_stack, foremost, label, stand_ins
from loadtests.runner.cells import LIMIT
from loadtests.runner.report import digits

Figures = Mapping[str, str]


def drawn(results: Results, paper: Paper) -> Figures:
    figures = {name: picture(results) for name in ["picture"] if results.scenarios}
    for scenario in results.scenarios:
        figures[f"bars-{scenario}"] = measured_and_published(results, scenario, paper)
        if names := with_a_tail(results, scenario):
            figures[f"quantiles-{scenario}"] = quantiles(results, scenario, names)
    if results.scenarios:
        figures |= {"cpu": cost(results), "memory": memory(results)}
    return figures | {f"load-{scenario}": load(results, scenario) for scenario in results.curves}


def bar(results: Results, variant: str, scenario: str, measure: Measure) -> Bar:
    return Bar(
        label=label(results, variant),
        group=results.plan.variants[variant].service,
        value=results.mean(variant, scenario, measure),
        faint=results.is_twin(variant) or results.is_earlier(variant),
        hollow=measure in (THROUGHPUT, LATENCY) and bool(results.bound(variant, scenario)),
    )


def measured_and_published(results: Results, scenario: str, paper: Paper) -> str:
    measure, values = results.headline(scenario), published(results, scenario, paper)
    shown = [
        Bar(**vars(bar(results, name, scenario, measure)) | {"published": values.get(name)})
        for name in by_stack(results, results.variants)
    ]
    title = f"{measure.label} of {scenario}, {measure.unit}"
    drawing = bars.pair_of_panels(shown, (f"here, {measure.unit}", "the study" if values else ""))
    return svg.inline(drawing, f"bars-{scenario}", title, told(shown))


def published(results: Results, scenario: str, paper: Paper) -> dict[str, float]:
    """What the study has for the variants that stand for its applications."""
    figure = paper.figure(scenario)
    if figure is None or results.is_open(scenario):
        return {}
    return {name: figure.values[one] for one, name in stand_ins(results, paper.applications).items()}


def told(shown: Sequence[Bar]) -> str:
    return "; ".join(
        f"{bar.label} {digits(bar.value.value)}" + (f", published {bar.published:g}" if bar.published else "")
        for bar in shown
    )


def with_a_tail(results: Results, scenario: str) -> list[str]:
    """The variants of which there were enough requests for more than the least."""
    return [name for name in foremost(results) if len(curves.drawable(results.requests(name, scenario))) > 1]


def quantiles(results: Results, scenario: str, names: Sequence[str]) -> str:
    def points(variant: str) -> curves.Points:
        percents = curves.drawable(results.requests(variant, scenario))
        return [(percent, results.percentile(variant, scenario, percent)) for percent in percents]

    drawing = curves.quantiles(lines(results, names, points))
    tails = "; ".join(f"{name} p99 {digits(results.percentile(name, scenario, 99))}" for name in names)
    return svg.inline(
        drawing, f"quantiles-{scenario}", f"Response times of {scenario} by percentile, ms", tails
    )


def lines(results: Results, names: Iterable[str], points: Callable[[str], curves.Points]) -> dict[str, Curve]:
    stacks = {name: results.plan.variants[name].service for name in names}
    return {name: Curve(stack, points(name), results.is_earlier(name)) for name, stack in stacks.items()}


def picture(results: Results) -> str:
    columns = []
    for scenario in results.scenarios:
        measure = results.headline(scenario)
        shown = [bar(results, name, scenario, measure) for name in foremost(results)]
        columns.append((scenario, measure.unit, shown))
    told_all = ". ".join(f"{name}, {unit}: {told(shown)}" for name, unit, shown in columns)
    drawing = overview.picture(columns, note(results))
    return svg.inline(drawing, "picture", "Throughput and mean response times", told_all)


def note(results: Results) -> str:
    """What a reader has to know who sees the picture alone."""
    rounds, cells = results.plan.rounds, product(foremost(results), results.scenarios)
    means = f"Means of {rounds} rounds, 95 % intervals" if rounds >= ratios.ENOUGH else f"Rounds: {rounds}"
    pale = " Pale: generator-bound." if any(results.bound(*cell) for cell in cells) else ""
    return f"{means}. req/s: more is better. ms: less is better.{pale}"


def cost(results: Results) -> str:
    front = foremost(results)
    names = by_stack(results, [name for name in results.variants if results.is_twin(name) or name in front])
    shown = {
        scenario: [bar(results, name, scenario, CPU) for name in names] for scenario in results.scenarios
    }
    told_all = ". ".join(f"{scenario}: {told(bars)}" for scenario, bars in shown.items())
    return svg.inline(
        overview.in_bands(shown, "ms of processor time per request"),
        "cpu",
        "Processor time per request",
        told_all,
    )


def memory(results: Results) -> str:
    shown = []
    for name in by_stack(results, results.variants):
        idle, highest = results.highest(name, IDLE_MEMORY), results.highest(name, MEMORY)
        one = bar(results, name, results.scenarios[0], MEMORY)
        beside = None if isnan(idle.value) else idle.value
        shown.append(Bar(**vars(one) | {"value": highest, "published": beside}))
    idle_head = "idle, MiB" if any(bar.published for bar in shown) else ""
    drawing = bars.pair_of_panels(shown, ("highest, MiB", idle_head))
    return svg.inline(drawing, "memory", "Memory", told(shown))


def load(results: Results, scenario: str) -> str:
    shown = lines(results, foremost(results), lambda name: loads.curve(results, name, scenario))
    ends = "; ".join(
        f"{name} {digits(curve.points[-1][1])} at {curve.points[-1][0]:g}" for name, curve in shown.items()
    )
    return svg.inline(
        curves.load(shown, LIMIT),
        f"load-{scenario}",
        f"p99 of {scenario} in ms, by requests per second",
        ends,
    )
