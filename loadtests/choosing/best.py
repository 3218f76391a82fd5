"""The stacks under the settings that suit each best: response times, throughput, and the highest rate."""

from collections.abc import Mapping
from itertools import combinations
from math import isnan

from loadtests.choosing.runs import Runs, Source
from loadtests.choosing.said import COLUMNS, DOING, NAMES, SCENARIOS, Section, Table, only, suffixed
from loadtests.report import loads, ranks
from loadtests.report.ranks import Ranking
from loadtests.report.results import THROUGHPUT, Results
from loadtests.report.words import bounded, factor, listed

BEST = "_best"
CORRECTED = "As published and corrected"
GROWING = "Under a growing load"


def section(runs: Runs) -> Section | None:
    sentences, tables = [], []
    if runs.corrected and suffixed(runs.corrected.results, BEST):
        tables.append(figures(runs.corrected))
    if runs.peak and (found := sustained(runs.peak)):
        sentences = [highest(runs.peak, one) for one in found.values()]
        tables.append(rates(runs.peak, found))
    return Section(sentences, tables) if tables else None


def figures(source: Source) -> Table:
    """In the scenarios of the study; without a rank where the generator set the pace."""
    named = suffixed(source.results, BEST)
    alone = only(source.results, list(named.values()))
    found = {name: ranks.ranking(alone, name, alone.headline(name)) for name in alone.scenarios}
    return Table(
        ["stack", *(f"{COLUMNS[name]}, {one.measure.unit}" for name, one in found.items())],
        [
            [NAMES[service], *(placed(source, one, variant) for one in found.values())]
            for service, variant in named.items()
        ],
    )


def placed(source: Source, ranking: Ranking, variant: str) -> str:
    value = bounded(source.results.mean(variant, ranking.scenario, ranking.measure))
    rank = "generator-bound" if ranking.bound else ranking.shown(variant)
    return source.link(", ".join(filter(None, (value, rank))), CORRECTED, ranking.scenario, SCENARIOS)


def sustained(source: Source) -> dict[str, Ranking]:
    """Who sustains the highest rate, ranked as everything is."""
    names = list(suffixed(source.results, BEST).values())
    return {
        name: one for name in source.results.curves if (one := ranking(source.results, name, names)).order
    }


def ranking(results: Results, scenario: str, names: list[str]) -> Ranking:
    means = {name: loads.sustained(results, name, scenario).value for name in names}
    order = tuple(sorted((name for name in names if not isnan(means[name])), key=lambda name: -means[name]))
    pairs = {pair: loads.times(results, *pair, scenario) for pair in combinations(order, 2)}
    return Ranking(scenario, THROUGHPUT, order, pairs, 1, {})


def highest(source: Source, found: Ranking) -> str:
    named = {variant: NAMES[name] for name, variant in suffixed(source.results, BEST).items()}
    first, last = found.order[0], found.order[-1]
    leaders = [name for name in found.order if 1 in found.ranks[name]]
    where = (found.scenario, GROWING)
    doing = DOING[found.scenario]
    if len(found.order) > 1 and len(leaders) == len(found.order):
        return f"The stacks cannot be told apart by the highest rate at which they {doing}."
    shown = loads.shown(source.results, first, found.scenario)
    rate = source.link(f"{shown} a second", *where)
    sustain = "sustains" if len(leaders) == 1 else "cannot be told apart and sustain"
    text = f"{listed([named[name] for name in leaders])} {sustain} the most requests that {doing}, {rate}"
    if len(found.order) < 2 or not found.separates(first, last):
        return f"{text}."
    times = source.link(f"{factor(found.pairs[first, last])} times", *where)
    at_least = "at least " if shown.startswith("at least") else ""
    return f"{text}, {at_least}{times} as many as {named[last]}."


def rates(source: Source, found: Mapping[str, Ranking]) -> Table:
    def cell(variant: str, one: Ranking) -> str:
        text = loads.shown(source.results, variant, one.scenario) if variant in one.order else ""
        return source.link(f"{text}, {one.shown(variant)}" if text else "", one.scenario, GROWING)

    return Table(
        ["highest sustained rate", *(f"{COLUMNS[name]}, req/s" for name in found)],
        [
            [NAMES[service], *(cell(variant, one) for one in found.values())]
            for service, variant in suffixed(source.results, BEST).items()
        ],
    )
