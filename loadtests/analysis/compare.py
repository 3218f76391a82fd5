"""What changed from one run to another."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from harness.document import Block, Content, Heading, Number, Ratio, Styled, Table, Text
from loadtests.analysis import intervals, pages, ranks
from loadtests.analysis.results import CPU, Measure, Results
from loadtests.analysis.sections import versions
from loadtests.analysis.sections.versions import Direction, verdict, written
from loadtests.measure.run import Run

OF_THE_MACHINE = ("cpu", "cores", "memory_gib", "system", "kernel", "python", "k6", "commit")
NOT_OF_THE_LOAD = {"name", "about", "variants", "seed", "sections", "groups"}


def blocks(before: Results, after: Results) -> list[Block]:
    rows = list(changes(before, after))
    page: list[Block] = [Heading(1, f"{before.name} → {after.name}")]
    if not rows:
        return [*page, Text("The two runs have no variant and no scenario in common.", "notice")]
    page.append(Text(agreement(before, after), "lead"))
    if differing := list(differences(before, after)):
        page.append(Table(["differs", before.name, after.name], differing, "lll"))
    page.append(
        Text(
            [
                Styled("times as well", "strong"),
                " is what the second run does to the first, with its 95 % interval: 2 is twice the "
                "throughput, or half the time.",
            ]
        )
    )
    head = ["variant", "before", "after", "times as well", ""]
    for (scenario, measure), group in groupby(rows, key=lambda row: row[0]):
        page += [Heading(2, f"{scenario}, {measure}"), Table(head, [row for _, row in group], "lrrrl")]
    return page


def changes(before: Results, after: Results) -> Iterator[tuple[tuple[str, str], Sequence[Content]]]:
    for scenario in shared(before.scenarios, after.scenarios):
        for measure in (before.headline(scenario), CPU):
            for variant in shared(before.variants, after.variants):
                yield (scenario, written(measure)), change(before, after, variant, scenario, measure)


def change(before: Results, after: Results, variant: str, scenario: str, measure: Measure) -> list[Content]:
    runs = (before, after)
    times = intervals.change(*(run.performance(variant, scenario, measure) for run in runs))
    floor = max(run.floor(scenario, measure) for run in runs)
    bound = measure != CPU and any(run.bound(variant, scenario) for run in runs)
    direction: Direction = "better" if times.value > 1 else "worse"
    apart = not bound and ranks.told_apart(times, floor)
    means = (Number(run.mean(variant, scenario, measure).value) for run in runs)
    return [before.cell(variant), *means, Ratio(times), verdict(direction if apart else "", bound)]


def agreement(before: Results, after: Results) -> str:
    """Of the pairs of variants that both runs tell apart: whether they are in the same order."""
    pairs, opposed = 0, []
    for scenario in shared(before.scenarios, after.scenarios):
        for measure in (before.headline(scenario), CPU):
            names = shared(before.variants, after.variants)
            one, other = (ranks.ranking(run, scenario, measure, names) for run in (before, after))
            for first, second in one.pairs:
                both = {(first, second), (second, first)} & other.pairs.keys()
                if not both or not same_size(before, first, second):
                    continue
                if one.separates(first, second) and other.separates(first, second):
                    pairs += 1
                    if (first, second) not in other.pairs:
                        opposed.append(f"{first} and {second} in {scenario} by {measure.label.lower()}")
    if not pairs:
        return "No two variants are told apart by both runs."
    counted = f"Both runs tell {pairs} pairs of variants apart"
    return (
        f"{counted}; in opposite order: {'; '.join(opposed)}."
        if opposed
        else f"{counted}, all of them in the same order."
    )


def same_size(results: Results, one: str, other: str) -> bool:
    """Who has fewer records is no better for it."""
    ones, others = (results.plan.records_of(results.plan.variants[name]) for name in (one, other))
    return ones == others


def differences(before: Results, after: Results) -> Iterator[list[Content]]:
    """Of the machines and the plans: what may be the reason."""
    for name in OF_THE_MACHINE:
        one, other = (str(run.machine.get(name, "")) for run in (before, after))
        if one != other:
            yield [name, one, other]
    one_plan, other_plan = (run.plan.model_dump(exclude=NOT_OF_THE_LOAD) for run in (before, after))
    for key in one_plan:
        if one_plan[key] != other_plan[key]:
            yield [f"plan: {key}", str(one_plan[key]), str(other_plan[key])]


def shared(ones: Sequence[str], others: Sequence[str]) -> list[str]:
    return [name for name in ones if name in others]


def slower(run: Run, percent: float) -> list[str]:
    """Which services do worse than at the commit that they were measured against, by more than so much."""
    return versions.slower(pages.results(run), percent)
