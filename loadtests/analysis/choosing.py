"""docs/choosing.md: for whoever has to choose a stack, from the newest run of each plan that is published.

Each figure is a link to the heading of its run's page that has it.
"""

from collections.abc import Iterator, Mapping, Sequence

from harness.document import (
    Block,
    Bullets,
    Content,
    Estimate,
    Figure,
    Heading,
    Link,
    Ratio,
    Styled,
    Table,
    Text,
    anchor,
    joined,
    listed,
)
from loadtests.analysis import charts
from loadtests.analysis.ranks import Ranking, ranking
from loadtests.analysis.results import CPU, Results
from loadtests.analysis.sections import ranks, scale, study
from loadtests.analysis.studies import claims, gaps
from loadtests.analysis.studies import paper as papers
from loadtests.analysis.studies.claims import Measured, Verdict
from loadtests.analysis.studies.gaps import Costs

COLUMNS = ("get_item", "list_items", "create_item", "hello")
PLANS = ("factors", "scale", "paper")
STUDY, SCALE = "The published study", "Scale"

Runs = Mapping[str, Results]  # by plan


def blocks(runs: Runs) -> list[Block]:
    """What no run says is left out."""
    runs = {plan: results for plan, results in runs.items() if plan in PLANS}
    factors, growing, paper = map(runs.get, PLANS)
    page: list[Block] = [Heading(1, "Which stack to choose")]
    if factors:
        names = factors.groups["services"]
        page += ranks.conclusion(factors, names, by_cpu(factors, names))
    if paper:
        page.append(Text(study.conclusion(verdicts(paper)), "lead"))
    page += introduction(runs)
    if factors:
        page += [*costs(factors), Heading(2, "What changes it most"), Bullets([*largest(factors)])]
    if growing:
        page += grown(growing)
    if paper:
        page += studied(paper)
    return [*page, *limits(runs)]


def link(results: Results, content: Content, heading: str = "") -> Link:
    place = f"#{anchor(heading)}" if heading else ""
    return Link(content, f"../results/{results.name}/report.md{place}")


def introduction(runs: Runs) -> list[Block]:
    editions = sorted({one.edition for results in runs.values() for one in results.services.values()})
    return [
        Text(
            "For whoever has to choose between FastAPI and Flask, each with SQL (`sqlite3`) or with an ORM, "
            "and Django REST framework with Django's own. Compared is the same small API, written five "
            "times. Every figure is a link to the run that it comes from, with its 95 % interval; two cannot "
            "be told apart where the interval holds no difference."
        ),
        Text(
            f"The runs are of edition {listed(editions)} of the services. Another may cost something else.",
            "notice",
        ),
    ]


# --- what a request costs -----------------------------------------------------------------------------------


def costs(results: Results) -> list[Block]:
    names = results.groups["services"]
    rankings = by_cpu(results, names)
    rows: list[list[Content]] = [
        [
            Link(name, f"../services/{results.plan.variants[name].service}"),
            *(cost(results, one, name) for one in rankings.values()),
        ]
        for name in names
    ]
    twins = [*names, *results.groups["twins"]]
    bands = {one: [ranks.bar(results, name, one, CPU) for name in twins] for one in rankings}
    return [
        Heading(2, "What a request costs"),
        Text(
            "Processor time in ms, as the users of the study load the services, and the rank, which stacks "
            "share that cannot be told apart. It depends on the load, so compare within a column."
        ),
        Bullets([leading(results, one) for one in rankings.values()]),
        Table(["stack", *rankings], rows),
        Figure(
            [charts.dots(CPU.label, "ms", bands)],
            "Processor time per request of the five services, and of their tutorial twins as rings",
            "choosing/cost.svg",
        ),
    ]


def by_cpu(results: Results, names: Sequence[str]) -> dict[str, Ranking]:
    return {one: ranking(results, one, CPU, names) for one in COLUMNS if one in results.scenarios}


def cost(results: Results, by: Ranking, name: str) -> Content:
    value = Estimate(results.mean(name, by.scenario, CPU))
    return [link(results, value, by.scenario), f", {by.rank(name)}"]


def leading(results: Results, by: Ranking) -> Content:
    """Who takes the least, and what the last takes."""
    first, last, scenario = by.order[0], by.order[-1], by.scenario
    if len(by.first) == len(by.order):
        return f"{scenario}: no stack can be told from another."
    takes = "takes" if len(by.first) == 1 else "cannot be told apart and take"
    text = f"{scenario}: {listed(by.first)} {takes} the least"
    if not by.separates(first, last):
        return f"{text}."
    times = link(results, Ratio(by.pairs[first, last]), scenario)
    return [f"{text}; {last} takes ", times, f" times as much as {first}."]


# --- what changes it most -----------------------------------------------------------------------------------


def largest(results: Results) -> Iterator[Content]:
    """Of everything that a setting or another stack can change; of several it cannot be told which."""
    for scenario in COLUMNS:
        if scenario in results.scenarios:
            order = gaps.order(Costs(results, scenario, CPU))
            effects: list[Content] = [
                [f"{name}, ", link(results, Ratio(order.times[name]), scenario), " times as well"]
                for name in order.first
            ]
            if effects:
                yield [
                    f"{scenario}: the largest effect of a single change is ",
                    *joined(effects, " or ", " or "),
                    ".",
                ]


# --- a growing table ----------------------------------------------------------------------------------------


def grown(results: Results) -> list[Block]:
    stacks = scale.by_records(results)
    sizes = sorted({records for variants in stacks.values() for records in variants})
    return [
        Heading(2, "When the table grows"),
        Text(scale.conclusion(results, stacks, sizes).content),
        *(
            Text(block.content)
            for block in scale.together_conclusion(results, stacks)
            if isinstance(block, Text)
        ),
        Text(
            [
                "Processor time at the most rows, as a multiple of that at the fewest, ",
                link(results, "by operation", SCALE),
                ":",
            ]
        ),
        scale.overview(results, stacks),
    ]


# --- the study ----------------------------------------------------------------------------------------------


def studied(results: Results) -> list[Block]:
    paper, judged = papers.read(), verdicts(results)
    orders = claims.orders(paper, Measured(results, paper, results.groups["twins"]))
    concluded: Sequence[Sequence[Content]] = [
        [
            claims.stated(one.claim),
            Styled(one.outcome, study.STYLES[one.outcome]),
            Ratio(one.ours),
            f"{one.paper:.2f}" if one.contrast else "",
        ]
        for one in judged
        if one.claim.where == "5"
    ]
    return [
        Heading(2, "What the study says, and what holds here"),
        Text(
            [
                "Its procedure to the letter, on applications written as the tutorials write them. ",
                link(results, study.conclusion(judged), STUDY),
                f" Of {sum(orders)} pairs of stacks in its figures {orders.same} stand in its order here, "
                f"{orders.opposite} the other way round, and {orders.unsure} cannot be told apart. Its "
                "conclusions:",
            ]
        ),
        Table(["the study concludes that", "", "here", "in the study"], concluded, "tlrr"),
    ]


def verdicts(results: Results) -> list[Verdict]:
    paper = papers.read()
    return claims.judged(paper, Measured(results, paper, results.groups["twins"]))


def limits(runs: Runs) -> list[Block]:
    rows: list[list[Content]] = [
        [plan, link(results, results.name), f"{results.machine['cpu']}, {results.machine['cores']} cores"]
        for plan, results in runs.items()
    ]
    return [
        Heading(2, "Limits"),
        Bullets(
            [
                "SQLite on one machine: no network and no database server, for which all would wait alike.",
                "The load generator shares the machine with the service, over the loopback interface.",
                "Ratios travel better to another machine than figures do.",
                "One small API. What a project needs beside it - an admin site, an ecosystem, people who "
                "know it - is in no run.",
            ]
        ),
        Table(["plan", "run", "machine"], rows, "lll"),
    ]
