"""The study's figures as published, and corrected: each stack in the three roles of roles.py."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loadtests.report import standing, tables
from loadtests.report.fives import Five, by_role
from loadtests.report.paper import Figure, Paper
from loadtests.report.ranks import compact
from loadtests.report.results import Results
from loadtests.report.roles import Role
from loadtests.report.words import bounded
from loadtests.tune.candidates import copied

HEADS: Mapping[Role, str] = {
    "twin": "Twins",
    "same durability": "At the same durability",
    "best": "At their best",
}


@dataclass(frozen=True)
class Cell:
    role: Role
    value: str
    rank: str
    cpu_rank: str


@dataclass(frozen=True)
class Row:
    variant: str  # any of the stack's
    stack: str  # as the study calls it
    published: str
    rank: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """A figure of the study and, beside it, ours."""

    scenario: str
    caption: str
    unit: str
    sentences: Sequence[str]
    rows: Sequence[Row]
    notes: Sequence[str]


@dataclass(frozen=True)
class Section:
    tables: Sequence[Table]
    sums: Sequence[str]
    settings: Sequence[tuple[str, str]]  # a variant at its best, and the environment to copy
    ranks: Sequence[tuple[str, Sequence[str]]]  # of the best alone
    cpu_ranks: Sequence[tuple[str, Sequence[str]]]


def section(results: Results, study: Paper) -> Section | None:
    shown, fives = figures(results, study), by_role(results)
    if not shown or not fives:
        return None
    best = fives[-1]
    names = list(best.variants.values())
    return Section(
        tables=[table(results, study, figure, fives) for figure in shown],
        sums=[summed(shown, five) for five in fives],
        settings=[(name, copied(results.plan.variants[name].env)) for name in names],
        ranks=tables.rank_table(results, best.main, names),
        cpu_ranks=tables.rank_table(results, best.by_cpu, names),
    )


def figures(results: Results, study: Paper) -> list[Figure]:
    closed = [name for name in results.scenarios if not results.is_open(name)]
    return [figure for figure in study.figures if figure.scenario in closed]


def table(results: Results, study: Paper, figure: Figure, fives: Sequence[Five]) -> Table:
    bound = {name: reason for five in fives for name, reason in five.bound(figure.scenario).items()}
    return Table(
        scenario=figure.scenario,
        caption=figure.caption,
        unit=results.headline(figure.scenario).unit,
        sentences=list(sentences(study, figure, fives)),
        rows=[row(results, study, figure, fives, stack) for stack in study.applications],
        notes=tables.notes(bound),
    )


def row(results: Results, study: Paper, figure: Figure, fives: Sequence[Five], stack: str) -> Row:
    return Row(
        variant=next((five.variants[stack] for five in reversed(fives) if stack in five.variants), ""),
        stack=study.applications[stack],
        published=f"{figure.values[stack]:,g}",
        rank=compact(standing.published(figure).ranks[stack]),
        cells=[cell(results, five, figure.scenario, five.variants.get(stack, "")) for five in fives],
    )


def cell(results: Results, five: Five, scenario: str, variant: str) -> Cell:
    return Cell(
        role=five.role,
        value=bounded(results.mean(variant, scenario, results.headline(scenario))),
        rank=five.main[scenario].shown(variant),
        cpu_rank=five.by_cpu[scenario].shown(variant),
    )


def sentences(study: Paper, figure: Figure, fives: Sequence[Five]) -> Iterator[str]:
    theirs = standing.published(figure)
    yield f"In the study {standing.ends(theirs, study.applications)}."
    for five in fives:
        ours, by_cpu = five.standing(figure.scenario), five.bound(figure.scenario)
        head = HEADS[five.role] + (", by processor time" if by_cpu else "")
        counted = standing.counted(standing.kept(theirs, ours))
        missing = [name for stack, name in study.applications.items() if stack not in ours.stacks]
        left_out = f" Not measured: {', '.join(missing)}." if missing else ""
        yield f"{head}: {standing.ends(ours, study.applications)}; {counted}{left_out}"


def summed(shown: Sequence[Figure], five: Five) -> str:
    kept = [standing.kept(standing.published(one), five.standing(one.scenario)) for one in shown]
    return f"{HEADS[five.role]}: {standing.counted(standing.total(kept))}"
