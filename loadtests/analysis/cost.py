"""docs/cost.md: what a request costs, from results/cost.json; and the parts that its other pages show."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product
from typing import NamedTuple

from harness.document import Block, Content, Figure, Heading, Span, Table, Text, digits, listed
from harness.environment import canonical
from harness.service import declared
from loadtests.analysis import charts
from loadtests.analysis.charts import Bar
from loadtests.analysis.intervals import Interval
from loadtests.cost.costs import ALIKE, FLOORS, PINNED, POSTGRESQL, RUNGS, SERVICES, TWINS, Cost, Count
from loadtests.cost.count import BASICS, OPERATIONS, START
from loadtests.cost.footprint import STARTS, WORKERS, Footprint

CHARTED = ("get_item", "list_items", "create_item")
ON_ITEMS = tuple(operation for operation in OPERATIONS if operation not in BASICS)
PICTURE = "cost/parts.svg"
PARTS = ("server", "framework", "database access")
TAKEN = ("first answer, s", "worker, MiB", "worker preloaded, MiB", "installed, MiB")
FOOTPRINT = (
    f"First answer: from the start of Gunicorn, the median of {STARTS} starts by the clock. Worker: memory "
    f"of one of {WORKERS} after some requests, where a page that processes share counts in parts (PSS); "
    "preloaded, with Gunicorn's `--preload`: the master loads the application before it forks, and holds its "
    "part. Installed: the files of all packages, without bytecode."
)


FRAMEWORKS = ("fastapi", "flask", "django")
PACKAGES = (  # whose versions the page names
    *(*FRAMEWORKS, "djangorestframework", "sqlmodel", "flask-sqlalchemy", "sqlalchemy"),
    *("pydantic", "starlette", "werkzeug", "gunicorn", "uvicorn"),
)


class Parts(NamedTuple):
    """Of one operation, in instructions: they add up to what it costs the service."""

    server: float  # an application that does nothing, under the same server
    framework: float  # what hello costs beyond it
    access: float  # what the operation costs beyond hello


def parts(count: Count, service: str, operation: str) -> Parts:
    floor = count.of(FLOORS, declared(service).interface, "hello")
    hello, total = count.of(SERVICES, service, "hello"), count.of(SERVICES, service, operation)
    return Parts(floor, hello - floor, total - hello)


def blocks(count: Count, footprints: Mapping[str, Footprint]) -> list[Block]:
    return [
        Heading(1, "What a request costs"),
        *(Text(line, "lead") for line in conclusion(count)),
        Text(
            "Counted are the instructions that the worker executes for one request, in user space: its HTTP "
            "server, the framework and the code, with one client. They are not time. A busy machine does not "
            "change them, so they can be compared within a few per cent; waiting, the disk and the kernel's "
            "own work are not in them. `just cost` counts them again; [method.md](method.md) says how far "
            "they can be believed."
        ),
        Heading(2, "Thousands of instructions"),
        cells(count),
        Text(
            f"Means of {count.seeds} starts, each with a hash seed of its own. A list is one of "
            f"{count.rows:,} items. A twin is the same as its tutorial writes it, without the contract; "
            f"those of FastAPI run under Uvicorn's worker, as its documentation has it, and their services "
            f"under Gunicorn's own `asgi`. A floor is an application that does nothing under the same "
            f"server, with the settings of {floors(count)}. `start`: master and worker, from the "
            f"first instruction to the first answer.",
            "small",
        ),
        Heading(2, "Times the twin"),
        ratios(count),
        Text("Below 1: the service costs less than what its tutorial would write.", "small"),
        Heading(2, "In parts"),
        figure(count),
        added(count),
        Text(
            "Server: an application that does nothing. Framework: what `/hello` costs beyond it. "
            "Database access: what the operation costs beyond `/hello`, with its validation and its "
            "JSON.",
            "small",
        ),
        Heading(2, "What the ORM costs"),
        rungs(count),
        Text(
            "The same two reads, one step at a time: SQL by `sqlite3`, columns through the ORM's session, "
            "objects of the ORM. In brackets, times the step before.",
            "small",
        ),
        *on_postgresql(count),
        Heading(2, "System calls"),
        by_variant(count, OPERATIONS, calls),
        Text("In brackets those that wait for the disk.", "small"),
        *footprint(footprints),
        Heading(2, "What counted"),
        Table(["", ""], [[key, value] for key, value in [*count.machine.items(), *releases(count)]], "ll"),
    ]


def floors(count: Count) -> str:
    """Those of the services beside which they are counted."""
    interfaces = {declared(name).interface: name for name in reversed(list(count.costs[SERVICES]))}
    return listed([f"`{interfaces[floor]}` (`{floor}`)" for floor in count.costs[FLOORS]])


def releases(count: Count) -> list[tuple[str, str]]:
    """Of the packages that make the difference, in all services together."""
    versions = {canonical(n): v for packages in count.packages.values() for n, v in packages.items()}
    return [(name, versions[name]) for name in PACKAGES if name in versions]


def front(count: Count) -> list[Block]:
    """For the README."""
    return [Text(" ".join(conclusion(count))), replace(figure(count), file=f"docs/{PICTURE}")]


def conclusion(count: Count) -> Iterator[str]:
    names = count.costs[SERVICES]
    costs = {o: {name: count.of(SERVICES, name, o) for name in names} for o in OPERATIONS}
    least = {o: min(costs[o].values()) for o in OPERATIONS}
    dearest = {o: max(names, key=costs[o].__getitem__) for o in CHARTED}
    wins = {name: [o for o in OPERATIONS if costs[o][name] <= ALIKE * least[o]] for name in names}
    ranked = sorted((name for name in names if wins[name]), key=lambda name: -len(wins[name]))
    where = {n: "every operation" if len(wins[n]) == len(OPERATIONS) else listed(wins[n]) for n in ranked}
    yield (
        f"Fewest instructions, or within {ALIKE * 100 - 100:.0f} % of the fewest: "
        f"{'; '.join(f'`{name}` in {operations}' for name, operations in where.items())}."
    )
    most = [f"{costs[o][last] / least[o]:.1f} times as many in {o} (`{last}`)" for o, last in dearest.items()]
    yield f"Compared with the cheapest, the dearest takes {listed(most)}."


def label(group: str, name: str) -> Content:
    if group == FLOORS:
        return f"{name}, floor"
    suffix = {TWINS: ", twin", POSTGRESQL: ", PostgreSQL", PINNED: ", pinned"}.get(group, "")
    return Span(f"{name}{suffix}", hue=declared(name).framework, pale=group == TWINS)


def thousands(cost: Cost) -> Content:
    share = 100 * cost.plus_minus / cost.instructions
    spread = [Span(f" ±{share:.1f} %", "muted")] if cost.plus_minus else []
    return [f"{cost.instructions / 1000:,.0f}", *spread]


def calls(cost: Cost) -> str:
    return f"{cost.syscalls:.0f}" + (f" ({cost.syncs:.0f})" if cost.syncs >= 0.5 else "")


def cells(count: Count) -> Table:
    return by_variant(count, [*OPERATIONS, START], thousands)


def by_variant(count: Count, columns: Sequence[str], written: Callable[[Cost], Content]) -> Table:
    rows = [
        [label(group, name), *(written(costs[o]) if o in costs else "" for o in columns)]
        for group, variants in count.costs.items()
        if group != RUNGS
        for name, costs in variants.items()
    ]
    return Table(["variant", *columns], rows)


def ratios(count: Count) -> Table:
    rows: list[list[Content]] = []
    for name in (name for name in count.costs[SERVICES] if name in count.costs[TWINS]):
        service, twin = ([count.of(group, name, o) for o in OPERATIONS] for group in (SERVICES, TWINS))
        times = [*(a / b for a, b in zip(service, twin, strict=True)), sum(service) / sum(twin)]
        rows.append([label(SERVICES, name), *(f"{ratio:.2f}" for ratio in times)])
    return Table(["service", *OPERATIONS, "all seven"], rows)


def added(count: Count) -> Table:
    rows: list[list[Content]] = []
    for operation, name in product(ON_ITEMS, count.costs[SERVICES]):
        costs = parts(count, name, operation)
        thousands = (f"{cost / 1000:,.0f}" for cost in (*costs, sum(costs)))
        rows.append([operation, label(SERVICES, name), *thousands])
    return Table(["operation", "service", *PARTS, "in all"], rows, "llrrrr")


def figure(count: Count) -> Figure:
    drawings = [
        charts.bars(
            operation,
            "thousands of instructions, shorter is better",
            [bar(name, parts(count, name, operation)) for name in count.costs[SERVICES]],
            parts=PARTS,
        )
        for operation in CHARTED
    ]
    return Figure(drawings, "What a request costs: server, framework, access to the database", PICTURE)


def bar(name: str, parts: Parts) -> Bar:
    thousands = [part / 1000 for part in parts]
    return Bar(name, Interval(sum(thousands)), declared(name).framework, parts=thousands)


def rungs(count: Count) -> Table:
    rows: list[list[Content]] = []
    for orm in count.costs.get(RUNGS, {}):
        sql = sql_of(count, orm)
        for operation, columns, objects in (
            ("get_item", (RUNGS, "get_columns"), (SERVICES, "get_item")),
            ("list_items", (SERVICES, "list_items"), (RUNGS, "list_objects")),
        ):
            steps = [count.of(group, orm, name) for group, name in (columns, objects)]
            steps = [count.of(SERVICES, sql, operation), *steps]
            times = ["", *(f" ({after / before:.2f})" for before, after in pairwise(steps))]
            cells = [f"{step / 1000:,.0f}{ratio}" for step, ratio in zip(steps, times, strict=True)]
            rows.append([declared(orm).framework, operation, *cells])
    return Table(["framework", "operation", "SQL", "ORM, columns", "ORM, objects"], rows, "llrrr")


def on_postgresql(count: Count) -> Iterator[Block]:
    rows: list[list[Content]] = []
    for name in count.costs.get(POSTGRESQL, {}):
        ratios = (count.of(POSTGRESQL, name, o) / count.of(SERVICES, name, o) for o in ON_ITEMS)
        rows.append([label(SERVICES, name), *(f"{ratio:.2f}" for ratio in ratios)])
    if rows:
        yield Heading(2, "Times SQLite, on PostgreSQL")
        yield Table(["service", *ON_ITEMS], rows)
        yield Text(
            "The service's side: with SQLite the database's work is in it, with PostgreSQL that is another "
            "process, which is not counted. The service then speaks to it by psycopg over TCP, and asks "
            "before each request whether the connection still stands.",
            "small",
        )


def footprint(footprints: Mapping[str, Footprint]) -> list[Block]:
    if not footprints:
        return []
    image = "Image: megabytes beyond the one that it is built from. `just cost --footprint` measures all."
    return [Heading(2, "What it takes besides"), taken(footprints), Text(f"{FOOTPRINT} {image}", "small")]


def taken(footprints: Mapping[str, Footprint]) -> Table:
    rows: list[list[Content]] = [
        [label(SERVICES, name), *takes(footprint), "" if footprint.image is None else digits(footprint.image)]
        for name, footprint in footprints.items()
    ]
    return Table(["service", *TAKEN, "image, MB"], rows)


def takes(footprint: Footprint | None) -> list[Content]:
    if footprint is None:
        return [""] * len(TAKEN)
    figures = footprint.first_answer, footprint.worker, footprint.preloaded, footprint.installed
    return [digits(figure) for figure in figures]


def sql_of(count: Count, orm: str) -> str:
    """The service of the same framework that has no ORM."""
    framework = declared(orm).framework
    alike = (name for name in count.costs[SERVICES] if declared(name).framework == framework)
    return next(name for name in alike if declared(name).access == "sqlite3")
