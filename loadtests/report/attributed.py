"""The section about what explains the gaps, as text in cells: what both forms of a report show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from loadtests.report import ranks
from loadtests.report.attribution import Costs, Gap, Part
from loadtests.report.factors import Levels, crossed
from loadtests.report.orders import TWINS, order
from loadtests.report.paper import Paper
from loadtests.report.questions import questions
from loadtests.report.ratios import UNKNOWN, Interval
from loadtests.report.results import CPU, Measure, Results
from loadtests.report.sentences import percent, ratio, sentence
from loadtests.report.tables import REQUESTS, load
from loadtests.report.words import factor

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


@dataclass(frozen=True)
class Line:
    title: str
    study: str
    here: str  # as it was measured between these two, where the run has both
    model: str
    parts: Sequence[tuple[str, str, str]]  # factor, times as well, share


@dataclass(frozen=True)
class Table:
    measure: Measure
    lines: Sequence[Line]
    questions: Sequence[Line]
    order: Sequence[tuple[str, str, str]]  # rank, factor, times as well


@dataclass(frozen=True)
class Scenario:
    scenario: str
    request: str
    load: str
    sentences: Sequence[str]
    tables: Sequence[Table]


@dataclass(frozen=True)
class Section:
    scenarios: Sequence[Scenario]
    bound: int  # rows whose pace the generator set


def section(results: Results, study: Paper) -> Section | None:
    """Of a plan that crosses the factors; of any other there is none."""
    if not crossed(results.plan):
        return None
    bound = sum(bool(results.bound(*one)) for one in product(results.plan.variants, results.scenarios))
    return Section([scenario(results, study, name) for name in results.scenarios], bound)


def scenario(results: Results, study: Paper, name: str) -> Scenario:
    main = Costs(results, name, results.headline(name))
    return Scenario(
        name,
        REQUESTS[name],
        next(load(each) for key, each in results.plan.scenarios.items() if key == name),
        [sentence(study, name, *pair, main.gap(*(TWINS[each] for each in pair))) for pair in GAPS],
        [table(main, study), table(Costs(results, name, CPU), study)],
    )


def table(costs: Costs, study: Paper) -> Table:
    found = order(costs)
    return Table(
        costs.measure,
        [study_line(costs, study, *pair) for pair in GAPS],
        [line(title, costs.gap(one, other), costs, one, other) for title, one, other in questions(costs)],
        [(ranks.compact(found.ranks[name]), name, factor(found.times[name])) for name in found.names],
    )


def study_line(costs: Costs, study: Paper, one: str, other: str) -> Line:
    title = f"{study.applications[one]} / {study.applications[other]}"
    gap = costs.gap(TWINS[one], TWINS[other])
    published = "" if costs.measure == CPU else f"{ratio(study, costs.scenario, one, other):.2f}"
    return replace(line(title, gap, costs, TWINS[one], TWINS[other]), study=published)


def line(title: str, gap: Gap, costs: Costs, one: Levels, other: Levels) -> Line:
    here, by_model = factor(measured(costs, one, other)), factor(gap.times)
    return Line(title, "", here, by_model, [cells(part) for part in gap.parts])


def cells(part: Part) -> tuple[str, str, str]:
    return part.factor.replace("_", " "), factor(part.times), percent(part.share)


def measured(costs: Costs, one: Levels, other: Levels) -> Interval:
    names = {each: name for name, each in costs.design.items()}
    if not {one, other} <= names.keys():
        return UNKNOWN
    return costs.results.times(names[one], names[other], costs.scenario, costs.measure)
