"""What to expect of each stack: the processor time of a request, and how many a core has time for."""

from collections.abc import Mapping

from loadtests.choosing.runs import Source
from loadtests.choosing.said import COLUMNS, NAMES, SCENARIOS, Section, Table, only
from loadtests.report import ranks
from loadtests.report.ranks import Ranking
from loadtests.report.results import CPU
from loadtests.report.stacks import plain
from loadtests.runner.report import digits

SHOWN = ("get_item", "list_items", "create_item", "hello")


def services(source: Source) -> dict[str, str]:
    """The variants of the services as they come, each to its name in words."""
    found = plain(source.results)
    return {found[name]: words for name, words in NAMES.items() if name in found}


def rankings(source: Source) -> Mapping[str, Ranking]:
    """Of the services alone, in each operation."""
    alone = only(source.results, list(services(source)))
    return {name: ranks.ranking(alone, name, CPU) for name in alone.scenarios}


def section(source: Source) -> Section:
    found = rankings(source)
    shown = [name for name in SHOWN if name in found]
    rows = [
        [stack(source, variant, words), *(cell(source, found[name], variant) for name in shown)]
        for variant, words in services(source).items()
    ]
    return Section([], [Table(["stack", *(header(source, name) for name in shown)], rows)])


def stack(source: Source, variant: str, words: str) -> str:
    return f"[{words}](../services/{source.results.plan.variants[variant].service})"


def header(source: Source, scenario: str) -> str:
    if scenario != "list_items":
        return COLUMNS[scenario]
    return source.link(f"{COLUMNS[scenario]} {source.results.plan.records:,}", scenario)


def cell(source: Source, ranking: Ranking, variant: str) -> str:
    mean = source.results.mean(variant, ranking.scenario, CPU).value
    if not mean > 0:  # nan is not
        return ""
    text = f"{digits(mean)} ms, {about(1000 / mean)}/s, {ranking.shown(variant)}"
    return source.link(text, ranking.scenario, SCENARIOS)


def about(rate: float) -> str:
    """Two digits: it is what a core would have time for, if it had nothing else to do."""
    return f"{float(f'{rate:.2g}'):,.0f}"
