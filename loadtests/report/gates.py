"""Why a run can be believed, and where it cannot."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan

from loadtests.report import ratios
from loadtests.report.ratios import Interval
from loadtests.report.results import Measure, Results
from loadtests.runner import cells

APART = 1.05  # the factor between the halves of a scenario from which it is worth a word
FIRST, SECOND = Measure("first_half_ms", "First half", "ms"), Measure("second_half_ms", "Second half", "ms")


@dataclass(frozen=True)
class Gates:
    wanted: int  # samples, by the plan
    valid: int
    invalid: Mapping[str, list[str]]  # by reason: variant, scenario and round
    bound: tuple[tuple[str, str, str], ...]  # variant, scenario, reason
    unsteady: tuple[str, ...]
    dropped: int
    little: tuple[float, float] | None  # the least and the most, of any sample
    ceiling: Mapping[str, float]  # by scenario: requests per second of a server that does nothing
    highest_share: float | None  # of that ceiling, of any sample


def passed(results: Results) -> Gates:
    little = [each.little for each in results.valid if not isnan(each.little)]
    shares = [each.ceiling_share for each in results.valid if not isnan(each.ceiling_share)]
    return Gates(
        wanted=sum(
            1 for cell in cells.cells(results.plan) if not (cell.rate and cells.passed(cell, results.valid))
        ),
        valid=len(results.valid),
        invalid=invalid(results),
        bound=tuple(bound(results)),
        unsteady=tuple(unsteady(results)),
        dropped=sum(each.dropped for each in results.valid),
        little=(min(little), max(little)) if little else None,
        ceiling=results.machine.get("ceiling_per_second", {}),
        highest_share=max(shares, default=None),
    )


def invalid(results: Results) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in results.samples:
        if each.invalid:
            found.setdefault(each.invalid, []).append(f"{each.variant} {each.scenario} {each.round}")
    return found


def bound(results: Results) -> Iterator[tuple[str, str, str]]:
    for scenario in results.scenarios:
        for variant in results.variants:
            if reason := results.bound(variant, scenario):
                yield variant, scenario, reason


def unsteady(results: Results) -> Iterator[str]:
    """Where the second half of a timed scenario differs from the first, and what to do."""
    for scenario in results.scenarios:
        for variant in results.variants:
            first, second = (results.series(variant, scenario, half) for half in (FIRST, SECOND))
            grown = ratios.ratio(second, first)
            if drifts(grown):
                yield f"{variant}, {scenario}: {advice(grown.value)}"


def drifts(grown: Interval) -> bool:
    apart = not 1 / APART <= grown.value <= APART and not isnan(grown.value)
    return apart and (grown.excludes_one or not grown.known)


def advice(grown: float) -> str:
    if grown < 1:
        return (
            f"the second half was {1 - grown:.0%} faster than the first. It was not warm yet: "
            "raise `warm_up.seconds` in the plan."
        )
    return (
        f"the second half was {grown - 1:.0%} slower than the first. Something grows or fills up: "
        "raise the scenario's `seconds`, and look at memory, the disk and the processor's temperature."
    )
