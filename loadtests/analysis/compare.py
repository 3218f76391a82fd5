"""What changed from one run to another: between their variants, as the machine may have changed too."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from harness.document import Block, Content, Heading, Table, Text, ratio
from loadtests.analysis import intervals
from loadtests.analysis.intervals import Series
from loadtests.analysis.results import CPU, Measure, Results
from loadtests.analysis.sections.ranks import ranking
from loadtests.analysis.sections.versions import direction, styled, written
from loadtests.measure.run import RunError

OF_THE_MACHINE = ("cpu", "cores", "memory_gib", "system", "kernel", "python", "k6", "wrk", "commit")
NOT_OF_THE_LOAD = {"name", "about", "variants", "seed", "sections", "groups"}


def blocks(before: Results, after: Results) -> list[Block]:
    reference, scenarios = common(before, after)
    page: list[Block] = [
        Heading(1, f"{before.name} → {after.name}"),
        Text(agreement(before, after), "lead"),
        Text(
            f"Relative to {reference}, which both runs have: how many times as well a variant does as it, "
            "and what became of that ratio, with its 95 % interval. What changed for all alike, such as the "
            "machine or the day, is not in it. Of twenty that did not change, about one is told to have."
        ),
    ]
    if differing := list(differences(before, after)):
        page.append(Table(["differs", before.name, after.name], differing, "lll"))
    head = ["variant", "before", "after", "after / before", ""]
    for scenario, names in scenarios.items():
        for measure in dict.fromkeys((before.headline(scenario), CPU)):
            rows = [change(before, after, name, reference, scenario, measure) for name in names]
            page += [Heading(2, f"{before.label(scenario)}, {written(measure)}"), Table(head, rows, "lrrrl")]
    return page


def common(before: Results, after: Results) -> tuple[str, dict[str, list[str]]]:
    """The variant that the others are held against: the one that the plan repeats, or else the first.

    By scenario, the others that both runs measured beside it.
    """
    both = shared(before.variants, after.variants)
    reference = next((name for name in before.controls if name in both), *both[:1] or [""])
    scenarios: dict[str, list[str]] = {}
    for scenario in shared(before.scenarios, after.scenarios):
        names = [name for name in both if before.of(name, scenario) and after.of(name, scenario)]
        if reference in names and len(names) > 1:
            scenarios[scenario] = [name for name in names if name != reference]
    if not scenarios:
        raise RunError(
            f"{before.name} and {after.name} share no scenario with two variants: there is nothing to compare"
        )
    return reference, scenarios


def change(
    before: Results, after: Results, variant: str, reference: str, scenario: str, measure: Measure
) -> list[Content]:
    runs = (before, after)

    def relative(run: Results) -> Series:
        pair = [run.performance(name, scenario, measure) for name in (variant, reference)]
        return intervals.difference(*pair)

    times = intervals.change(*map(relative, runs))
    floor = prod(run.floor(scenario, measure) for run in runs)  # the noise of both
    bound = measure != CPU and any(run.bound(name, scenario) for run in runs for name in (variant, reference))
    ratios = (ratio(intervals.geometric(relative(run))) for run in runs)
    return [before.cell(variant), *ratios, ratio(times), styled(direction(times, floor, bound=bound))]


def agreement(before: Results, after: Results) -> str:
    """Of the pairs of variants that both runs tell apart: whether they are in the same order."""
    names, pairs, opposed = shared(before.variants, after.variants), 0, []
    for scenario in before.decisive(names, shared(before.scenarios, after.scenarios)).values():
        for measure in (before.headline(scenario), CPU):
            earlier, later = (ranking(run, scenario, measure, names) for run in (before, after))
            for first, second in filter(lambda pair: earlier.separates(*pair), earlier.pairs):
                if (first, second) in later.pairs:
                    pairs += later.separates(first, second)
                elif (second, first) in later.pairs and later.separates(second, first):
                    pairs += 1
                    where = f"{before.label(scenario)} by {measure.label.lower()}"
                    opposed.append(f"{first} and {second} in {where}")
    if not pairs:
        return "No two variants are told apart by both runs."
    order = f"in opposite order: {'; '.join(opposed)}" if opposed else "all of them in the same order"
    return f"Both runs tell {pairs} pairs of variants apart, {order}."


def differences(before: Results, after: Results) -> Iterator[list[Content]]:
    """Of the machines and the plans: what may be the reason."""
    earlier, later = (dict(flat(facts(run))) for run in (before, after))
    for name in earlier | later:
        if earlier.get(name) != later.get(name):
            yield [name, earlier.get(name, ""), later.get(name, "")]


def facts(run: Results) -> dict[str, Any]:
    plan = run.plan.model_dump(exclude=NOT_OF_THE_LOAD, exclude_defaults=True)
    machine = {name: run.machine.get(name, "") for name in OF_THE_MACHINE}
    return {**machine, "placement": run.machine.get("placement", {}), "plan:": plan}


def flat(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        yield from flat(value, f"{path}{key} ") if isinstance(value, dict) else [(f"{path}{key}", str(value))]


def shared(before: Sequence[str], after: Sequence[str]) -> list[str]:
    return [name for name in before if name in after]
