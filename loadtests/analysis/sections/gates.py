"""Why a run can be believed, and where it cannot."""

from collections.abc import Iterator
from itertools import product
from math import isnan

from harness.document import Block, Bullets, Content, Heading, Table, Text, digits, ratio
from loadtests.analysis import intervals
from loadtests.analysis.results import CPU, Measure, Results
from loadtests.measure import gates

APART = 1.05  # the factor between the halves of a scenario from which it is worth a word
FIRST, SECOND = Measure("first_half_ms", "First half", "ms"), Measure("second_half_ms", "Second half", "ms")


def section(results: Results) -> list[Block]:
    points = [*refused(results), certificate(results), *dropped(results), *little(results), unsteady(results)]
    return [Heading(2, "Gates"), Text(conclusion(results), "lead"), Bullets(points), *noise(results)]


def conclusion(results: Results) -> str:
    invalid = sum(bool(sample.invalid) for sample in results.samples)
    count = f"{invalid or 'none'} {'were' if invalid > 1 else 'was'}"
    cells = [*product(results.variants, results.scenarios)]
    bound = sum(bool(results.bound(*cell)) for cell in cells)
    paced = f", and in {bound} of {len(cells)} cells the load generator may have set the pace"
    return f"Of {len(results.samples):,} samples {count} refused{paced if bound else ''}."


def refused(results: Results) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for sample in results.samples:
        if sample.invalid:
            cell = f"{sample.variant} {results.label(sample.scenario)} {sample.round}"
            reasons.setdefault(gates.sentence(sample.invalid), []).append(cell)
    prefix = "Refused, and part of no figure:"
    return [f"{prefix} {reason} ({', '.join(cells)})" for reason, cells in reasons.items()]


def certificate(results: Results) -> str:
    if not results.ceiling:
        return "This run has no certificate of what the generator can do."
    reached = ", ".join(f"{digits(rate)} req/s ({name})" for name, rate in results.ceiling.items())
    shares = [sample.ceiling_share for sample in results.valid if not isnan(sample.ceiling_share)]
    nearest = f"; no sample came nearer to that than {max(shares) * 100:.0f} %" if shares else ""
    return f"Against a server that does nothing the generator reaches {reached}{nearest}."


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


def unsteady(results: Results) -> str:
    """Where the second half of a timed scenario differs from the first."""
    drifts = []
    for scenario in results.scenarios:
        for variant in results.variants:
            first, second = (results.series(variant, scenario, half) for half in (FIRST, SECOND))
            grown = intervals.ratio(second, first)
            if intervals.apart(grown, APART) or (not grown.known and intervals.farness(grown.value) > APART):
                drifts.append(f"{variant}, {results.label(scenario)} ({grown.value - 1:+.0%})")
    threshold = f"by more than {(APART - 1) * 100:.0f} %"
    if not drifts:
        return f"Steady: no timed scenario's second half differs from its first {threshold}."
    return (
        f"Not steady: the mean response time of the second half differs from the first's {threshold} in "
        f"{'; '.join(drifts)}. Where it is shorter, raise `warm_up.seconds` in the plan; where it is longer, "
        "something grows or fills up: look at memory, the disk and the processor's temperature."
    )


def noise(results: Results) -> Iterator[Block]:
    rows: list[list[Content]] = [
        [f"{results.label(scenario)}, {measure.unit}", " / ".join(pair), ratio(times)]
        for scenario in results.scenarios
        for measure in (results.headline(scenario), CPU)
        for pair, times in results.noise(scenario, measure).items()
    ]
    if rows:
        yield Heading(3, "A/A")
        yield Text(
            "The same variant twice in every round: what differs between the two is noise. A ratio is told "
            "apart from 1 only where it is farther from 1 than the value here."
        )
        yield Table(["scenario", "pair", "ratio"], rows, "llr")
