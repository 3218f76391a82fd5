"""The tables of a report, as text in cells: what both of its forms show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtests.report import ranks
from loadtests.report.ranks import Ranking
from loadtests.report.ratios import UNKNOWN
from loadtests.report.results import CPU, IDLE_MEMORY, MEMORY, Results
from loadtests.report.stacks import by_stack
from loadtests.report.words import bounded, factor, number, ranging, without_numbers
from loadtests.runner.plan import Scenario

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


@dataclass(frozen=True)
class Line:
    """A variant in a scenario; the best first."""

    variant: str
    rank: str
    value: str
    behind: str  # how many times as well the first does
    p50: str
    p95: str
    p99: str
    cpu_rank: str
    cpu: str
    published: str  # of the application that the variant stands for


@dataclass(frozen=True)
class Section:
    scenario: str
    request: str
    load: str
    unit: str
    label: str
    lines: Sequence[Line]
    notes: Sequence[str]
    pairs: Sequence[tuple[str, str, str, bool]]  # one, other, how many times as well, told apart


def section(
    results: Results, scenario: str, main: Ranking, by_cpu: Ranking, published: Mapping[str, float]
) -> Section:
    return Section(
        scenario=scenario,
        request=REQUESTS.get(scenario, ""),
        load=next(load(each) for name, each in results.plan.scenarios.items() if name == scenario),
        unit=main.measure.unit,
        label=main.measure.label,
        lines=[line(results, name, main, by_cpu, published) for name in main.order],
        notes=notes(main.bound),
        pairs=[(*pair, factor(times), main.separates(*pair)) for pair, times in main.pairs.items()],
    )


def line(
    results: Results, variant: str, main: Ranking, by_cpu: Ranking, published: Mapping[str, float]
) -> Line:
    first = main.order[0] if main.order else variant
    cpu = results.mean(variant, main.scenario, CPU)
    p50, p95, p99 = (number(results.percentile(variant, main.scenario, percent)) for percent in (50, 95, 99))
    return Line(
        variant=variant,
        rank=main.shown(variant),
        value=bounded(results.mean(variant, main.scenario, main.measure)),
        behind="" if variant == first else factor(main.pairs.get((first, variant), UNKNOWN)),
        p50=p50,
        p95=p95,
        p99=p99,
        cpu_rank=by_cpu.shown(variant),
        cpu=bounded(cpu),
        published=f"{published[variant]:,g}" if variant in published else "",
    )


def load(scenario: Scenario) -> str:
    users = f"{scenario.users} user{'s' if scenario.users > 1 else ''}"
    if scenario.rates:
        return f"{scenario.rates[0]:g} requests per second for {scenario.seconds:g} s"
    if scenario.iterations:
        return f"{users}, {scenario.iterations:,} requests"
    return f"{users} for {scenario.seconds:g} s"


def notes(bound: Mapping[str, str]) -> list[str]:
    """`bound` has the reason of each variant whose pace the generator set."""
    reasons: dict[str, list[tuple[str, str]]] = {}
    for variant, reason in bound.items():
        reasons.setdefault(without_numbers(reason), []).append((variant, reason))
    return [
        f"Generator-bound: {', '.join(name for name, _ in some)} ({ranging([why for _, why in some])}). "
        "This figure does not rank the services; the processor time per request does."
        for some in reasons.values()
    ]


def rank_table(
    results: Results, rankings: Mapping[str, Ranking], names: Sequence[str]
) -> list[tuple[str, list[str]]]:
    """A row for each variant: its rank in each scenario."""
    return [
        (name, [rankings[scenario].shown(name) for scenario in results.scenarios])
        for name in by_stack(results, names)
    ]


def memory_table(results: Results) -> list[tuple[str, str, str]]:
    return [
        (name, bounded(results.highest(name, IDLE_MEMORY)), bounded(results.highest(name, MEMORY)))
        for name in by_stack(results, results.variants)
    ]


def noise_table(results: Results) -> list[tuple[str, str, str, str]]:
    """Scenario, the pair, what it is to itself, and the difference that is therefore not claimed."""
    return [
        (scenario, f"{one} / {other}", factor(times), f"{(results.floor(scenario, measure) - 1) * 100:.1f} %")
        for scenario in results.scenarios
        for measure in [results.headline(scenario)]
        for (one, other), times in results.noise(scenario, measure).items()
    ]


def rankings(results: Results, names: Sequence[str]) -> tuple[dict[str, Ranking], dict[str, Ranking]]:
    """By the paper's measure, and by processor time per request."""
    main = {one: ranks.ranking(results, one, results.headline(one), names) for one in results.scenarios}
    return main, {one: ranks.ranking(results, one, CPU, names) for one in results.scenarios}
