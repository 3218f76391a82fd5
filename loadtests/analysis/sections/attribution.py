"""What explains the study's gaps, and what each choice changes."""

from collections.abc import Iterator
from itertools import product
from math import isnan

from harness.document import Block, Content, Figure, Heading, Table, Text, estimate, joined, listed, ratio
from loadtests.analysis import charts, claims, factors
from loadtests.analysis import paper as papers
from loadtests.analysis.charts import Bar
from loadtests.analysis.factors import Gap
from loadtests.analysis.intervals import Interval, farness
from loadtests.analysis.paper import Paper
from loadtests.analysis.results import Results
from loadtests.analysis.sections.scenarios import request

GAPS = (  # what takes more first, by the study's throughput
    ("flask_sqlite", "fastapi_sqlite"),
    ("flask_orm", "fastapi_orm"),
    ("django_drf", "fastapi_sqlite"),
    ("django_drf", "fastapi_orm"),
    ("django_drf", "flask_sqlite"),
    ("django_drf", "flask_orm"),
    ("fastapi_orm", "fastapi_sqlite"),
    ("flask_orm", "flask_sqlite"),
)
PREFACE = (
    "A gap is what the first takes more processor time for a request than the second, in ms, under the "
    "study's own setting: tutorial twins, rollback journal, 2 workers, 2 threads. Study and here: how "
    "many times as well the second does by throughput or response time. The parts of a gap are "
    "differences within a round, and add up. The server's is what an application that does nothing takes "
    "more under gthread than under Uvicorn; it is known of hello and echo, and elsewhere the framework "
    "has its server with it. The database access is what the ORM takes more, beside Django what it takes "
    "more under Flask. The framework is the rest.",
    "An effect is how many times as well a change does, in the mean over the configurations that allow it, "
    "by processor time per request. The model is linear in the logarithm of the cost, with the rounds as "
    "blocks; framework, database access and writing, and some pairs of others, have products of their own. "
    "FastAPI for Flask has the server with it. Intervals (95 %) are Student's, of what the model leaves of "
    "the variants.",
)


def section(results: Results) -> list[Block]:
    study = papers.read()
    variants = results.plan.variants.values()
    services = {(variant.service, variant.group) for variant in variants if variant.levels}
    if not services >= set(product(study.applications, factors.GROUPS)) or not results.samples:
        return []
    effects = {scenario: by_size(results, scenario) for scenario in results.scenarios}
    blocks: list[Block] = [Heading(2, "Attribution"), Text(conclusion(effects), "lead"), *map(Text, PREFACE)]
    for scenario, sizes in effects.items():
        blocks += of(results, study, scenario, sizes)
    return blocks


def by_size(results: Results, scenario: str) -> dict[str, Interval]:
    """The effects that this run can tell, the largest first."""
    fit = factors.fitted(results, scenario)
    effects = {name: fit.ratio(pairs) for name, pairs in factors.effects(results).items()}
    known = [(name, times) for name, times in effects.items() if not isnan(times.value)]
    return dict(sorted(known, key=lambda effect: -farness(effect[1].value)))


def conclusion(effects: dict[str, dict[str, Interval]]) -> Content:
    largest: dict[str, list[str]] = {}
    for scenario, sizes in effects.items():
        for name in list(sizes)[:1]:
            largest.setdefault(name, []).append(scenario)
    parts = [
        [
            f"{name} in {listed(scenarios)} (",
            *joined([ratio(Interval(effects[scenario][name].value)) for scenario in scenarios]),
            " times as well)",
        ]
        for name, scenarios in largest.items()
    ]
    return [
        "The change with the largest effect on the processor time per request: ",
        *joined(parts, "; ", "; "),
        ".",
    ]


def of(results: Results, study: Paper, scenario: str, effects: dict[str, Interval]) -> Iterator[Block]:
    label = results.label(scenario)
    yield Heading(3, label)
    yield Text(request(results, scenario))
    head = ["takes more", "than", "study", "here", "ms", "server", "framework", "access"]
    yield Table(head, [row(results, study, scenario, *pair) for pair in GAPS], "llrrrrrr")
    bands = {name: [Bar(name, times, "ink")] for name, times in effects.items()}
    yield Figure(
        [charts.dots(f"{label}: times as well", "right of 1 is better", bands)],
        "What each change does to the processor time per request.",
    )
    yield Table(["effect", "times as well"], [[name, ratio(times)] for name, times in effects.items()])


def row(results: Results, study: Paper, scenario: str, dear: str, cheap: str) -> list[Content]:
    variants = results.plan.variants.items()
    twins = {variant.service: name for name, variant in variants if variant.group == "twins"}
    here = results.times(twins[cheap], twins[dear], scenario, results.headline(scenario))
    gap, operation = factors.gap(results, scenario, dear, cheap), results.plan.operation(scenario)
    return [
        study.applications[dear],
        study.applications[cheap],
        f"{claims.Contrast((cheap,), (dear,), (operation,)).ratio(claims.published(study)).value:.2f}",
        ratio(here),
        estimate(gap.whole),
        *(part(gap, interval) for interval in (gap.server, gap.framework, gap.access)),
    ]


def part(gap: Gap, interval: Interval) -> Content:
    """With its share, where there is a gap to speak of."""
    if isnan(interval.value) or not gap.whole.excludes(0):
        return estimate(interval)
    return [f"{interval.value / gap.whole.value:.0%}: ", estimate(interval)]
