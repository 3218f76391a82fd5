"""What can be told of two, and the words for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from loadtests.choosing.runs import Source
from loadtests.report import ranks
from loadtests.report.ranks import Ranking
from loadtests.report.ratios import Interval
from loadtests.report.results import CPU, Measure, Results
from loadtests.report.words import factor, listed
from loadtests.runner import plan as plans
from loadtests.runner.report import digits

NAMES = {
    "fastapi_sqlite": "FastAPI with SQL",
    "fastapi_orm": "FastAPI with the ORM",
    "flask_sqlite": "Flask with SQL",
    "flask_orm": "Flask with the ORM",
    "django_drf": "Django",
}
COLUMNS = {
    "hello": "hello",
    "echo": "echo",
    "get_item": "read one",
    "list_items": "list all",
    "list_page": "a page",
    "create_item": "create",
    "replace_item": "replace",
    "delete_item": "delete",
}
DOING = {
    "hello": "say hello",
    "echo": "echo a document",
    "get_item": "read one item",
    "list_items": "list all items",
    "list_page": "list a page of items",
    "create_item": "create an item",
    "replace_item": "replace an item",
    "delete_item": "delete an item",
}
MAIN = ("get_item", "list_items", "create_item")
SCENARIOS = "Scenarios"


@dataclass(frozen=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    sentences: Sequence[str]
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Compared:
    """How many times as much of a measure one takes as the other."""

    source: Source
    times: Interval
    told: bool
    bound: bool  # the generator set the pace of one of them
    headings: Sequence[str]

    @property
    def cell(self) -> str:
        times = factor(self.times)
        text = f"{times}, generator-bound" if self.bound else times if self.told else f"= {times}"
        return self.source.link(text if times else "", *self.headings)

    @property
    def said(self) -> str:
        return self.source.link(f"{factor(self.times)} times", *self.headings)


def compared(
    source: Source, one: str, other: str, scenario: str, *headings: str, measure: Measure = CPU
) -> Compared:
    results = source.results
    times = results.times(other, one, scenario, measure)
    bound = measure != CPU and any(results.bound(name, scenario) for name in (one, other))
    told = not bound and ranks.told_apart(times, results.floor(scenario, measure))
    return Compared(source, times, told, bound, (*headings, scenario, SCENARIOS))


def against(one: str, other: str, found: Mapping[str, Compared]) -> str:
    """What one takes of what the other takes, operation by operation."""
    told = {name: each.said for name, each in found.items() if each.told}
    alike = [f"to {DOING[name]}" for name, each in found.items() if not each.told and factor(each.times)]
    if not told:
        return f"{one} and {other} cannot be told apart {listed(alike)}." if alike else ""
    (name, times), *more = told.items()
    text = f"To {DOING[name]}, {one} takes {times} the processor time of {other}"
    text += "".join(f"; to {DOING[name]}, {times}" for name, times in more)
    return f"{text}; {listed(alike)}, they cannot be told apart." if alike else f"{text}."


def only(results: Results, names: Sequence[str]) -> Results:
    """The run as if these were all it measured, and its control."""
    return replace(results, plan=plans.on(results.plan, [*names, *results.controls.values()]))


def suffixed(results: Results, suffix: str) -> dict[str, str]:
    """By its service the variant of a role, which its name says."""
    return {name: f"{name}{suffix}" for name in NAMES if f"{name}{suffix}" in results.variants}


def leading(source: Source, ranking: Ranking, named: Mapping[str, str]) -> str:
    """Who takes the least, and what the last takes. `named` has the words for a variant."""
    doing, (first, *others) = DOING[ranking.scenario], ranking.order
    link, where = source.link, (ranking.scenario, SCENARIOS)
    leaders = [name for name in ranking.order if 1 in ranking.ranks.get(name, ())]
    values = [digits(source.results.mean(name, ranking.scenario, ranking.measure).value) for name in leaders]
    if others and len(leaders) == len(ranking.order):
        return f"To {doing}, no stack can be told from another ({link(f'{listed(values)} ms', *where)})."
    takes = "takes" if len(leaders) == 1 else "cannot be told apart and take"
    text = f"To {doing}, {listed([named[name] for name in leaders])} {takes} the least processor time"
    text += f", {link(f'{listed(values)} ms', *where)}"
    if not others or not ranking.separates(first, others[-1]):
        return f"{text}."
    times = link(f"{factor(ranking.pairs[first, others[-1]])} times", *where)
    return f"{text}; {named[others[-1]]} takes {times} as much as {named[first]}."


def beside(one: str, times: Interval, other: str, others: Interval) -> str:
    """Which of two factors is the larger, where their intervals have nothing in common."""
    if times.low > others.high:
        return f"{one} matters more"
    return f"{other} matters more" if others.low > times.high else "which matters more cannot be told"
