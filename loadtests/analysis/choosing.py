"""docs/choosing.md: for a reader who has to choose a stack. What it says is linked to the evidence."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod

from harness.document import Block, Bullets, Content, Heading, Span, Table, Text, anchor, listed, plain
from harness.service import declared
from loadtests.analysis import cost
from loadtests.analysis.results import Results
from loadtests.analysis.sections import database, growth, processor, replicas, study
from loadtests.cost import costs
from loadtests.cost.costs import ALIKE, RUNGS, SERVICES, TWINS, Count
from loadtests.cost.count import OPERATIONS

WRITES = ("create_item", "replace_item", "delete_item")
COLUMNS = {"hello": "hello", "get_item": "read one", "list_items": "list 1,500", "create_item": "create"}
EVIDENCE = {
    "cost.md": "What a request costs: every operation of every service, and of its twin",
    "method.md": "How it is measured, and how far it can be believed",
    "conformance.md": "The contract, and which service keeps which rule",
    "reliability.md": "Under fire: kills, locks, full disks, floods",
}

Runs = Mapping[str, Results]  # by plan


def blocks(count: Count, runs: Runs) -> list[Block]:
    names = list(count.costs[SERVICES])
    ranked = sorted(names, key=lambda name: total(count, name))
    return [
        Heading(1, "Which stack to choose"),
        *(Text(line, "lead") for line in cost.conclusion(count)),
        Bullets([[title(name), f" if {declared(name).choose}."] for name in ranked if declared(name).choose]),
        Heading(2, "What each costs"),
        Text(
            f"Instructions of a request under Python {count.machine['python']}{releases(count)}, as a "
            "multiple of the cheapest in its column; bold is within 2 % of it; [all figures](cost.md). "
            "[Under another Python](method.md#under-another-python) a ratio may be another."
        ),
        table(count, ranked),
        *by_the_clock(count, runs),
        cost.figure(count),
        Heading(2, "What dominates"),
        Bullets(dominating(count, names)),
        *on_a_server(runs),
        *on_several(runs),
        Heading(2, "Where it does not matter"),
        Text(
            "Where a request waits - for another service, a slow query, a disk - the stack is a small part "
            "of its time; where few come, the dearest is cheap. Choose by what your team knows, and by what "
            "you would have to write yourself."
        ),
        Heading(2, "The study"),
        Text(studied(count, runs)),
        Heading(2, "Evidence"),
        Bullets([Span(text, link=page) for page, text in EVIDENCE.items()]),
    ]


def title(name: str) -> Span:
    return Span(declared(name).title or name, link=f"../services/{name}")


def total(count: Count, name: str) -> float:
    """To rank by: each operation counts alike, however dear it is."""
    return prod(count.of(SERVICES, name, operation) for operation in OPERATIONS)


def table(count: Count, names: Sequence[str]) -> Table:
    least = {o: min(count.of(SERVICES, name, o) for name in names) for o in COLUMNS}
    rows: list[list[Content]] = []
    for name in names:
        ratios = {o: count.of(SERVICES, name, o) / least[o] for o in COLUMNS}
        cells = [Span(f"{ratio:.1f}", "strong" if ratio <= ALIKE else "") for ratio in ratios.values()]
        rows.append([title(name), *cells])
    return Table(["stack", *COLUMNS.values()], rows)


def releases(count: Count) -> str:
    versions = [f"{name} {version}" for name, version in cost.releases(count) if name in cost.FRAMEWORKS]
    return f", {listed(versions)}" if versions else ""


def by_the_clock(count: Count, runs: Runs) -> list[Block]:
    """Where processor time says most else."""
    run = runs.get("processor")
    if run is None or not (pairs := processor.pairs(run, count)):
        return []
    page = f"../results/{run.name}/report.md#the-count-beside-the-clock"
    return [Text(["Instructions are not time. ", Span(plain(processor.compared(pairs)), link=page)])]


def dominating(count: Count, names: Sequence[str]) -> list[Content]:
    breakdowns = [cost.parts(count, name, "get_item") for name in names]
    shares = [[part / sum(parts) for part in parts] for parts in breakdowns]
    server, framework, access = (
        f"{100 * min(column):.0f} to {100 * max(column):.0f} %" for column in zip(*shares, strict=True)
    )
    twins = [
        count.of(TWINS, name, "list_items") / count.of(SERVICES, name, "list_items")
        for name in count.costs[TWINS]
    ]
    items: list[Content] = [
        f"Of reading one item the server is {server}, the framework {framework}, access to the database, "
        f"with validation and JSON, {access}.",
        f"A list as the tutorial writes it costs {min(twins):.1f} to {max(twins):.1f} times the service's.",
        waits(count, names),
    ]
    for orm in count.costs.get(RUNGS, {}):
        sql = cost.sql_of(count, orm)
        get = count.of(SERVICES, orm, "get_item") / count.of(SERVICES, sql, "get_item")
        objects = count.of(RUNGS, orm, "list_objects") / count.of(SERVICES, sql, "list_items")
        ratios = f": {get:.1f} times SQL to read one item, {objects:.1f} times to list objects ("
        items.insert(
            1, ["The ORM in ", title(orm), ratios, Span("in steps", link="cost.md#what-the-orm-costs"), ")."]
        )
    return items


def waits(count: Count, names: Sequence[str]) -> str:
    """How often a write waits for the disk."""
    syncs = {n: round(max(count.costs[SERVICES][n][o].syncs for o in WRITES)) for n in names}
    repeated = [f"`{name}` {times} times" for name, times in syncs.items() if times > 1]
    why = f"; {listed(repeated)}, as the only client's connection is closed each time" if repeated else ""
    return f"The disk: a write waits for it once{why}."


def on_a_server(runs: Runs) -> Iterator[Block]:
    run = runs.get("database")
    if run is None or set(database.LADDER) - set(database.by_step(run)):
        return
    yield Heading(2, "When SQLite is enough")
    yield Text(
        [
            Span(database.verdict(run), link=f"../results/{run.name}/report.md#when-sqlite-is-enough"),
            " So on one machine nothing here asks for PostgreSQL; many writers at once were not tried. A "
            "second machine does, and so does a service that must outlive its machine: the three with an "
            "ORM take one by another `DATABASE_URL`.",
        ]
    )


def on_several(runs: Runs) -> Iterator[Block]:
    run = runs.get("replicas")
    if run is None or not replicas.ends(run):
        return
    page = f"../results/{run.name}/report.md"
    yield Heading(2, "When one server is not enough")
    yield Text(
        [
            Span(replicas.verdict(run), link=f"{page}#replicas"),
            " So this machine cannot show it." if not replicas.gains(run) else "",
            " What more takes is ",
            Span("reckoned, not measured", link=f"{page}#{anchor(growth.TITLE)}"),
            ".",
        ]
    )


def studied(count: Count, runs: Runs) -> Content:
    paper = runs.get("paper")
    if paper is None or "twins" not in paper.groups:
        return "No run of the study's procedure is published."
    verdicts = study.judged(paper, count)
    past = study.judged(paper, costs.read(costs.STUDY), study.THEN) if study.THEN in paper.groups else []
    before = f"; on its own {study.outcomes(past)}" if past else ""
    summary = f"Of the study's {len(verdicts)} claims on today's versions {study.outcomes(verdicts)}{before}."
    return [
        Span(summary, link=f"../results/{paper.name}/report.md#the-published-study"),
        " Measured are tutorial twins.",
    ]
