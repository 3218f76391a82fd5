"""A service beside itself, in the same rounds: as it was at a commit, or on other packages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product
from typing import Literal

from harness.document import Block, Content, Heading, Span, Style, Table, Text, estimate, ratio
from harness.service import SHORT
from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import CPU, Measure, Results

Direction = Literal["better", "worse", "not told apart", "generator-bound"]
STYLES: dict[Direction, Style] = {"better": "good", "worse": "bad"}


@dataclass(frozen=True)
class Change:
    scenario: str
    variant: str
    earlier: str
    measure: Measure
    times: Interval  # as well as then
    direction: Direction


def section(results: Results) -> list[Block]:
    return [*since_commit(results), *on_packages(results)]


def since_commit(results: Results) -> Iterator[Block]:
    rows = [row(results, change) for change in changes(results, pairs(results, "commit"))]
    if rows:
        yield Heading(2, "Since the commit")
        yield Text(
            "Both versions of a service in the same rounds: how many times as well it does now as then."
        )
        head = ["scenario", "variant", "commit", "measure", "then", "now", "times as well", ""]
        yield Table(head, rows, "llllrrrl")


def on_packages(results: Results) -> Iterator[Block]:
    both, scenarios = pairs(results, "packages"), results.scenarios
    by_clock = [change for change in changes(results, both) if change.measure != CPU]
    cells = {(change.earlier, change.scenario): cell(change) for change in by_clock}
    rows: list[list[Content]] = [
        [results.cell(name), results.cell(other), *(cells.get((other, column), "") for column in scenarios)]
        for other, name in both.items()
    ]
    if rows:
        yield Heading(2, "On other packages")
        text = "Both in the same rounds: how many times as well it does on its own packages as on the others."
        yield Text(text)
        head = ["on its own packages", "on others", *map(results.label, scenarios)]
        yield Table(head, rows, "ll" + "r" * len(scenarios))


def cell(change: Change) -> Content:
    return ratio(change.times) if change.direction in STYLES else styled(change.direction)


def changes(results: Results, pairs: Mapping[str, str]) -> Iterator[Change]:
    """`pairs` maps the earlier variants to what became of them."""
    for scenario, (earlier, later) in product(results.scenarios, pairs.items()):
        if results.of(earlier, scenario) and results.of(later, scenario):
            bound = any(results.bound(name, scenario) for name in (earlier, later))
            for measure in (results.headline(scenario), CPU):
                times = results.times(later, earlier, scenario, measure)
                outcome = direction(times, results.floor(scenario, measure), bound=bound and measure != CPU)
                yield Change(scenario, later, earlier, measure, times, outcome)


def direction(times: Interval, floor: float, *, bound: bool) -> Direction:
    if bound:
        return "generator-bound"
    if not intervals.apart(times, floor):
        return "not told apart"
    return "better" if times.value > 1 else "worse"


def styled(direction: Direction) -> Span:
    return Span(direction, STYLES.get(direction, "muted"))


def pairs(results: Results, kind: Literal["commit", "packages"]) -> dict[str, str]:
    """The variants of a commit, or on other packages, each to the same as it comes, in whatever group."""
    variants = results.plan.variants
    as_it_comes: dict[str, object] = {"commit": None, "packages": {}, "as_of": None}
    return {
        other: name
        for other, name in permutations(results.variants, 2)
        if getattr(variants[other], kind)
        and variants[name]
        == variants[other].model_copy(update={**as_it_comes, "group": variants[name].group})
    }


def row(results: Results, change: Change) -> list[Content]:
    commit = results.plan.variants[change.earlier].commit or ""
    means = [results.mean(name, change.scenario, change.measure) for name in (change.earlier, change.variant)]
    return [
        results.label(change.scenario),
        results.cell(change.variant),
        commit[:SHORT],
        written(change.measure),
        *map(estimate, means),
        ratio(change.times),
        styled(change.direction),
    ]


def written(measure: Measure) -> str:
    return f"cpu {measure.unit}" if measure == CPU else measure.unit


def slower(results: Results, percent: float) -> list[str]:
    """Where a service does worse than at the commit beyond doubt, and by more than so many per cent."""
    return [
        f"{change.variant}, {results.label(change.scenario)}: {written(change.measure)} "
        f"{(1 / change.times.value - 1) * 100:.1f} % worse"
        for change in changes(results, pairs(results, "commit"))
        if change.direction == "worse" and 1 / change.times.value > 1 + percent / 100
    ]
