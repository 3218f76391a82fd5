"""Why a run can be believed, and where it cannot."""

from collections.abc import Iterator
from itertools import product
from math import isnan

from harness.document import Block, Bullets, Content, Heading, Ratio, Table, Text, digits
from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import Measure, Results
from loadtests.measure import gates

APART = 1.05  # the factor between the halves of a scenario from which it is worth a word
FIRST, SECOND = Measure("first_half_ms", "First half", "ms"), Measure("second_half_ms", "Second half", "ms")


def section(results: Results) -> list[Block]:
    items = [*refused(results), certificate(results), bound(results), *dropped(results), *little(results)]
    items += list(unsteady(results)) or [
        "Steady: no timed scenario's second half differs from its first by more than "
        f"{(APART - 1) * 100:.0f} %."
    ]
    return [Heading(2, "Gates"), Bullets(items), *noise(results)]


def refused(results: Results) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for sample in results.samples:
        if sample.invalid:
            cell = f"{sample.variant} {sample.scenario} {sample.round}"
            reasons.setdefault(gates.sentence(sample.invalid), []).append(cell)
    return [
        f"Refused, and part of no figure: {reason} ({', '.join(cells)})" for reason, cells in reasons.items()
    ] or ["No sample was refused."]


def certificate(results: Results) -> str:
    if not results.ceiling:
        return "This run has no certificate of what the generator can do."
    reached = ", ".join(f"{digits(rate)} req/s ({name})" for name, rate in results.ceiling.items())
    shares = [sample.ceiling_share for sample in results.valid if not isnan(sample.ceiling_share)]
    nearest = f"; no sample came nearer to that than {max(shares) * 100:.0f} %" if shares else ""
    return f"Against a server that does nothing the generator reaches {reached}{nearest}."


def bound(results: Results) -> str:
    cells = product(results.variants, results.scenarios)
    count = sum(bool(results.bound(*cell)) for cell in cells)
    if not count:
        return "No row is generator-bound."
    if count == 1:
        return "1 row is generator-bound and does not rank."
    return f"{count} rows are generator-bound and do not rank."


def dropped(results: Results) -> list[str]:
    count = sum(sample.dropped for sample in results.valid)
    return [f"{count:,} iterations were dropped."] if count else []


def little(results: Results) -> list[str]:
    values = [sample.little for sample in results.valid if not isnan(sample.little)]
    if not values:
        return []
    return [
        f"Little's law: answers per second \u00d7 mean time of one / users was {min(values):.3f} to "
        f"{max(values):.3f}, where 1 means that every user always waited for an answer."
    ]


def unsteady(results: Results) -> Iterator[str]:
    """Where the second half of a timed scenario differs from the first, and what to do."""
    for scenario in results.scenarios:
        for variant in results.variants:
            first, second = (results.series(variant, scenario, half) for half in (FIRST, SECOND))
            grown = intervals.ratio(second, first)
            if drifts(grown):
                yield f"Not steady: {variant}, {scenario}: {advice(grown.value)}"


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


def noise(results: Results) -> list[Block]:
    rows: list[list[Content]] = [
        [scenario, " / ".join(pair), Ratio(times), f"{(results.floor(scenario, measure) - 1) * 100:.1f} %"]
        for scenario in results.scenarios
        for measure in [results.headline(scenario)]
        for pair, times in results.noise(scenario, measure).items()
    ]
    if not rows:
        return []
    return [
        Heading(3, "The noise floor"),
        Text(
            "The same variant twice in every round. A difference smaller than what it shows between itself "
            "and itself is not claimed."
        ),
        Table(["scenario", "pair", "ratio", "not claimed below"], rows, "llrr"),
    ]
