"""What a choice costs: pairs of variants that differ in it, by processor time in each operation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from loadtests.choosing.runs import Source
from loadtests.choosing.said import COLUMNS, MAIN, NAMES, Compared, Section, Table, against, compared
from loadtests.report.stacks import plain

FRAMEWORKS = (
    ("flask_sqlite", "fastapi_sqlite"),
    ("flask_orm", "fastapi_orm"),
    ("django_drf", "flask_orm"),
    ("django_drf", "fastapi_orm"),
)
ORMS = (("fastapi_orm", "fastapi_sqlite"), ("flask_orm", "flask_sqlite"))
TWINS = "Against the tutorial twins"


@dataclass(frozen=True)
class Pair:
    one: str  # in words
    other: str
    found: Mapping[str, Compared]  # by operation

    @property
    def title(self) -> str:
        return f"{self.one} / {self.other}"


def pairs(source: Source, wanted: Sequence[tuple[str, str]]) -> list[Pair]:
    """Of the services as they come."""
    services = plain(source.results)
    return [
        Pair(NAMES[one], NAMES[other], everywhere(source, services[one], services[other]))
        for one, other in wanted
        if {one, other} <= services.keys()
    ]


def twins(source: Source) -> list[Pair]:
    """What each service's tutorial twin takes of what the service does."""
    services, others = plain(source.results), plain(source.results, twin=True)
    return [
        Pair(f"{NAMES[name]} by its tutorial", NAMES[name], everywhere(source, twin, services[name], TWINS))
        for name, twin in ((name, others.get(name)) for name in NAMES)
        if twin and name in services
    ]


def everywhere(source: Source, one: str, other: str, *headings: str) -> dict[str, Compared]:
    return {
        name: compared(source, one, other, name, *headings)
        for name in COLUMNS
        if name in source.results.scenarios
    }


def section(found: Sequence[Pair]) -> Section | None:
    if not found:
        return None
    shown = list(found[0].found)
    return Section(
        [
            against(each.one, each.other, {name: each.found[name] for name in MAIN if name in shown})
            for each in found
        ],
        [
            Table(
                ["", *(COLUMNS[name] for name in shown)],
                [[each.title, *(each.found[name].cell for name in shown)] for each in found],
            )
        ],
    )


def largest(found: Sequence[Pair]) -> tuple[str, Pair, Compared] | None:
    """The difference that is the farthest from none, of those in the main operations that can be told."""
    told = [
        (name, each, each.found[name])
        for each in found
        for name in MAIN
        if name in each.found and each.found[name].told
    ]
    return max(told, key=lambda each: abs(log(each[2].times.value)), default=None)
