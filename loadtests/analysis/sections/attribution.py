"""What explains the study's gaps, and what each choice changes."""

from collections.abc import Iterator
from itertools import product
from math import isnan

from harness.document import Block, Content, Figure, Heading, Table, Text, estimate, joined, listed, ratio
from loadtests.analysis import charts, claims, factors
from loadtests.analysis import paper as papers
from loadtests.analysis.charts import Bar
from loadtests.analysis.factors import Gap
from loadtests.analysis.intervals import Interval
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
    services = {(one.service, one.group) for one in results.plan.variants.values() if one.levels is not None}
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
    known = {
        name: times
        for name, pairs in factors.effects(results).items()
        if not isnan((times := fit.ratio(pairs)).value)
    }
    return dict(sorted(known.items(), key=lambda one: -max(one[1].value, 1 / one[1].value)))


def conclusion(effects: dict[str, dict[str, Interval]]) -> Content:
    largest: dict[str, list[str]] = {}
    for scenario, sizes in effects.items():
        for name in list(sizes)[:1]:
            largest.setdefault(name, []).append(scenario)
    parts = [
        [
            f"{name} in {listed(scenarios)} (",
            *joined([ratio(Interval(effects[one][name].value)) for one in scenarios]),
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
    twins = {one.service: name for name, one in results.plan.variants.items() if one.group == "twins"}
    here = results.times(twins[cheap], twins[dear], scenario, results.headline(scenario))
    gap, operation = factors.gap(results, scenario, dear, cheap), results.plan.operation(scenario)
    return [
        study.applications[dear],
        study.applications[cheap],
        f"{claims.Contrast((cheap,), (dear,), (operation,)).ratio(claims.published(study)).value:.2f}",
        ratio(here),
        estimate(gap.whole),
        *(part(gap, each) for each in (gap.server, gap.framework, gap.access)),
    ]


def part(gap: Gap, one: Interval) -> Content:
    """With its share, where there is a gap to speak of."""
    if isnan(one.value) or not gap.whole.excludes(0):
        return estimate(one)
    return [f"{one.value / gap.whole.value:.0%}: ", estimate(one)]
