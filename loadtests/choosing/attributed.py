"""What explains the gaps between the services as they come, and what changes a cost the most."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from loadtests.choosing.runs import Runs, Source
from loadtests.choosing.said import COLUMNS, DOING, MAIN, NAMES, Table
from loadtests.report import compare, orders
from loadtests.report.attribution import Costs, Gap
from loadtests.report.orders import PLAIN
from loadtests.report.ratios import Interval
from loadtests.report.results import CPU
from loadtests.report.sentences import percent
from loadtests.report.words import factor, listed

GAPS = (
    ("fastapi_sqlite", "flask_sqlite"),
    ("fastapi_orm", "flask_orm"),
    ("flask_orm", "django_drf"),
    ("fastapi_orm", "django_drf"),
)
SCENARIOS = ("hello", *MAIN)
PARTS = ("server", "framework")
ATTRIBUTION = "Attribution"


def gaps(source: Source) -> Table:
    """How many times less the first takes, and the share of each factor in that."""
    rows = [
        row(source, scenario, one, other)
        for scenario, (one, other) in product(SCENARIOS, GAPS)
        if scenario in source.results.scenarios
    ]
    return Table(["operation", "", "times less", "the server", "the framework"], rows)


def row(source: Source, scenario: str, one: str, other: str) -> Sequence[str]:
    gap = Costs(source.results, scenario, CPU).gap(PLAIN[one], PLAIN[other])
    cells = [source.link(text, scenario, ATTRIBUTION) for text in told(gap)]
    return [COLUMNS[scenario], f"{NAMES[one]} / {NAMES[other]}", *cells]


def told(gap: Gap) -> Sequence[str]:
    """A gap that cannot be told has no shares."""
    if not gap.times.excludes_one:
        times = factor(gap.times)
        return [f"= {times}" if times else "", *("" for _ in PARTS)]
    shares: Mapping[str, Interval] = {part.factor: part.share for part in gap.parts}
    return [factor(gap.times), *(percent(shares[name]) if name in shares else "" for name in PARTS)]


def explained(runs: Runs) -> Iterator[str]:
    """How to read the shares, and whether another run says the same."""
    yield (
        "The last table has how many times less processor time the first takes than the second, and the "
        "server's and the framework's share of that; a share below nothing works the other way round."
    )
    if runs.attribution and runs.attribution_before:
        found = orders.agreement(runs.attribution_before.results, runs.attribution.results)
        if found:
            text = compare.told(found, "factors by the size of their effect")
            yield runs.attribution.link(text, ATTRIBUTION)


def largest(source: Source) -> Iterator[str]:
    """Of everything that a setting or another stack can change."""
    for scenario in MAIN:
        if scenario in source.results.scenarios:
            found = orders.order(Costs(source.results, scenario, CPU))
            first = [name for name in found.names if 1 in found.ranks[name]]
            said = [
                source.link(f"{name}, {factor(found.times[name])} times as well", scenario, ATTRIBUTION)
                for name in first
            ]
            if said:
                verb = "is" if len(said) == 1 else "are, which cannot be told apart,"
                yield f"To {DOING[scenario]}, the largest effect of a single change {verb} {listed(said)}."
