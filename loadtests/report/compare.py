"""What changed from one run to another."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from loadtests.report import ranks, ratios, scale
from loadtests.report.ratios import Interval
from loadtests.report.results import CPU, Measure, Results
from loadtests.report.stacks import by_stack

Direction = Literal["better", "worse", ""]
OF_THE_MACHINE = ("cpu", "cores", "memory_gib", "system", "kernel", "python", "k6", "commit")


@dataclass(frozen=True)
class Change:
    scenario: str
    variant: str
    measure: Measure
    before: float
    after: float
    times: Interval  # as well as before
    direction: Direction  # none, where a change cannot be told from noise
    bound: bool  # the generator set the pace in one of them


@dataclass(frozen=True)
class Agreement:
    """Of the pairs of variants that both runs tell apart."""

    pairs: int
    opposed: tuple[str, ...]


def changes(before: Results, after: Results) -> list[Change]:
    return [
        change(before, after, variant, scenario, measure)
        for scenario in shared(before.scenarios, after.scenarios)
        for measure in (before.headline(scenario), CPU)
        for variant in by_stack(before, shared(before.variants, after.variants))
    ]


def change(before: Results, after: Results, variant: str, scenario: str, measure: Measure) -> Change:
    times = ratios.change(*(run.performance(variant, scenario, measure) for run in (before, after)))
    floor = max(run.floor(scenario, measure) for run in (before, after))
    bound = measure != CPU and any(run.bound(variant, scenario) for run in (before, after))
    told = not bound and ranks.told_apart(times, floor)
    one, other = (run.mean(variant, scenario, measure).value for run in (before, after))
    direction: Direction = "" if not told else "better" if times.value > 1 else "worse"
    return Change(scenario, variant, measure, one, other, times, direction, bound)


def agreement(before: Results, after: Results) -> Agreement:
    pairs, opposed = 0, []
    for scenario in shared(before.scenarios, after.scenarios):
        for measure in (before.headline(scenario), CPU):
            one, other = (ranks.ranking(run, scenario, measure) for run in (before, after))
            for first, second in one.pairs:
                if {(first, second), (second, first)}.isdisjoint(other.pairs):
                    continue
                if not scale.same_size(before, first, second):
                    continue
                if one.separates(first, second) and other.separates(first, second):
                    pairs += 1
                    if (first, second) not in other.pairs:
                        opposed.append(f"{first} and {second} in {scenario} by {measure.label.lower()}")
    return Agreement(pairs, tuple(opposed))


def differences(before: Results, after: Results) -> Iterator[tuple[str, str, str]]:
    """Of the machines and the plans: what may be the reason."""
    for name in OF_THE_MACHINE:
        one, other = (str(run.machine.get(name, "")) for run in (before, after))
        if one != other:
            yield name, one, other
    one_plan, other_plan = (
        run.plan.model_dump(exclude={"name", "about", "variants", "seed"}) for run in (before, after)
    )
    for key in one_plan:
        if one_plan[key] != other_plan[key]:
            yield f"plan: {key}", str(one_plan[key]), str(other_plan[key])


def shared(ones: list[str], others: list[str]) -> list[str]:
    return [name for name in ones if name in others]


def of(change: Change) -> str:
    return f"cpu {change.measure.unit}" if change.measure == CPU else change.measure.unit


def verdict(change: Change, unsure: str = "not told apart") -> str:
    return "generator-bound" if change.bound else change.direction or unsure


def told(agreement: Agreement, things: str = "variants") -> str:
    if not agreement.pairs:
        return f"No two {things} are told apart by both runs."
    found = f"Both runs tell {agreement.pairs} pairs of {things} apart"
    if not agreement.opposed:
        return f"{found}, all of them in the same order."
    return f"{found}; in opposite order: {'; '.join(agreement.opposed)}."
