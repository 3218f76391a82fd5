"""What explains the study's gaps, and which factor matters most."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import isnan

from harness.document import (
    Block,
    Bullets,
    Cell,
    Content,
    Figure,
    Heading,
    Ratio,
    Share,
    Table,
    Text,
    joined,
    listed,
    plain,
)
from loadtests.analysis import charts, ranks
from loadtests.analysis.charts import Stack
from loadtests.analysis.results import CPU, Results
from loadtests.analysis.sections.scenarios import request
from loadtests.analysis.studies import gaps
from loadtests.analysis.studies import paper as papers
from loadtests.analysis.studies.gaps import Costs, Gap, Order
from loadtests.analysis.studies.paper import Paper
from loadtests.measure.plan import Levels

GAPS = (  # of the study's figures, the one that it has ahead in most of them first
    ("fastapi_sqlite", "flask_sqlite"),
    ("fastapi_orm", "flask_orm"),
    ("fastapi_sqlite", "django_drf"),
    ("fastapi_orm", "django_drf"),
    ("flask_sqlite", "django_drf"),
    ("flask_orm", "django_drf"),
    ("fastapi_sqlite", "fastapi_orm"),
    ("flask_sqlite", "flask_orm"),
)
NAMES = {
    "server": "the server",
    "framework": "the framework",
    "access": "the database access",
    "writing": "the writing",
    "journal": "the journal mode",
    "synchronous": "the synchronous setting",
    "workers": "the number of workers",
    "threads": "the number of threads",
    "worker_class": "the worker class",
}
PREFACE = (
    "What explains the study's gaps. Each is how many times as well the first does as the second, under the "
    "study's own setting: tutorial twins, rollback journal, 2 workers, 2 threads.",
    "The model is linear in the logarithm of a request's cost: each factor multiplies it, and framework, "
    "database access and writing, framework and worker class, writing and journal mode also have products "
    "of their own. The rounds are blocks. Of two configurations the factors in which they differ share the "
    "gap as Shapley values, which add up to it whatever the interactions.",
    "The server's part is that of the floors, applications that do nothing: what a stack costs beyond the "
    "floor of its own server is its framework's and its application's. In the scenarios with a database the "
    "floors of hello (without a body) and echo (with one) stand for the server; of the one user of "
    "delete_item they tell no response time, and there the framework has its server with it.",
    "Intervals (95 %) are a bootstrap of what the model lacks for a variant together with the rounds. A "
    "share is told only where the gap is. Django has no variant without its ORM: what the database access "
    "is of a gap with Django is what Flask's ORM costs Flask, and the framework is the rest. A twin's "
    "synchronous setting cannot be switched, and Uvicorn has no threads to set.",
)


def section(results: Results) -> list[Block]:
    study = papers.read()
    services = {(one.service, one.group) for one in results.plan.variants.values() if one.levels is not None}
    if not services >= set(product(study.applications, ("twins", "services"))):
        return []
    bound = sum(bool(results.bound(*cell)) for cell in product(results.plan.variants, results.scenarios))
    blocks: list[Block] = [Heading(2, "Attribution"), *map(Text, PREFACE)]
    if bound:
        blocks.append(
            Text(
                f"Generator-bound: {bound} of the rows. There throughput and response times hold the "
                "generator's own part, which makes every gap look smaller than it is; the processor time "
                "per request does not.",
                "notice",
            )
        )
    largest: dict[tuple[str, ...], list[str]] = {}
    for scenario in results.scenarios:
        by_cpu = Costs(results, scenario, CPU)
        order = gaps.order(by_cpu)
        largest.setdefault(order.first, []).append(scenario)
        main = Costs(results, scenario, results.headline(scenario))
        blocks += of(results, study, main, (by_cpu, order))
    return [conclusion(largest), *blocks]


def conclusion(largest: Mapping[tuple[str, ...], Sequence[str]]) -> Text:
    """Of several in a scenario it cannot be told which is the largest."""
    effects = [f"{' or '.join(names)} ({listed(scenarios)})" for names, scenarios in largest.items() if names]
    return Text(
        f"The largest effect of a single change on the processor time per request: {'; '.join(effects)}.",
        "lead",
    )


def of(results: Results, study: Paper, main: Costs, by_cpu: tuple[Costs, Order]) -> Iterator[Block]:
    scenario = main.scenario
    pairs = [(one, other, main.gap(main.twins[one], main.twins[other])) for one, other in GAPS]
    yield Heading(3, scenario)
    yield Text(request(results, scenario))
    rows = [
        Stack(
            f"{one} / {other}",
            gap.times,
            [(part.factor, part.times.value) for part in gap.parts],
            papers.times(study, scenario, one, other),
        )
        for one, other, gap in pairs
    ]
    title = f"{main.measure.label}: how many times as well, and why"
    yield Figure(
        [charts.stacks(title, rows)],
        "Each gap as the product of its factors: the bars of both sides add up to the line.",
    )
    yield Bullets([sentence(study, scenario, one, other, gap) for one, other, gap in pairs])
    yield from tables(main, study, gaps.order(main))
    yield from tables(by_cpu[0], study, by_cpu[1])


def tables(costs: Costs, study: Paper, order: Order) -> Iterator[Block]:
    head = ["gap", "the study", "here", "by the model", "factor", "times as well", "share"]
    yield Text(f"{costs.measure.label}:")
    yield Table(head, [row for one, other in GAPS for row in of_study(costs, study, one, other)], "lrrrlrr")
    yield Text("Within a stack:")
    yield Table(
        [head[0], *head[2:]],
        [
            [row[0], *row[2:]]
            for title, one, other in gaps.questions(costs)
            for row in lines(title, "", costs, one, other)
        ],
        "lrrlrr",
    )
    yield Text("Factors by the size of their effect; two share a rank, if their sizes cannot be told apart:")
    yield Table(
        ["rank", "factor", "times as well"],
        [[ranks.compact(order.ranks[name]), name, Ratio(order.times[name])] for name in order.names],
        "rlr",
    )


def of_study(costs: Costs, study: Paper, one: str, other: str) -> list[list[Content]]:
    title = f"{study.applications[one]} / {study.applications[other]}"
    published = "" if costs.measure == CPU else f"{papers.times(study, costs.scenario, one, other):.2f}"
    return lines(title, published, costs, costs.twins[one], costs.twins[other])


def lines(title: str, study: str, costs: Costs, one: Levels, other: Levels) -> list[list[Content]]:
    """A row for each factor; what is said of all of them stands in the first."""
    gap = costs.gap(one, other)
    begin: Sequence[Content] = [title, study, Ratio(costs.measured(one, other)), Ratio(gap.times)]
    return [
        [
            *(begin if place == 0 else [""] * 4),
            part.factor.replace("_", " "),
            Ratio(part.times),
            Share(part.share),
        ]
        for place, part in enumerate(gap.parts)
    ]


def sentence(study: Paper, scenario: str, one: str, other: str, gap: Gap) -> Content:
    there, times = papers.times(study, scenario, one, other), gap.times
    first, second = study.applications[one], study.applications[other]
    if isnan(times.value):
        return f"The gap between {first} and {second} in {scenario} is not told by this run."
    if times.known and not times.excludes_one:
        return [
            f"{first} and {second} cannot be told apart in {scenario} here (",
            Ratio(times),
            f"; {there:.2f} in the study).",
        ]
    if times.value < 1:
        first, second, times, there = second, first, times.inverse, 1 / there
    lead: list[Cell] = [
        f"{first}'s lead over {second} in {scenario}, ",
        Ratio(times),
        f" times here and {there:.2f} in the study, ",
    ]
    if len(gap.parts) == 1:
        return [*lead, f"is all that of {NAMES[gap.parts[0].factor]}: they differ in nothing else."]
    parts: list[Content] = [
        [f"{NAMES[part.factor]} is ", Share(part.share)] for part in gap.parts if plain(Share(part.share))
    ]
    return ["Of ", *lead, *joined(parts), "."]
