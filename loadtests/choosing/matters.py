"""When the framework does not matter: the difference between the stacks beside everything else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import inf

from loadtests.choosing import attributed, costs, durable
from loadtests.choosing.expected import about, rankings
from loadtests.choosing.runs import Runs, Source
from loadtests.choosing.said import DOING, MAIN, NAMES, SCENARIOS, Section, beside, only
from loadtests.choosing.server import FLOORS, share
from loadtests.report import ranks, ratios
from loadtests.report.durability import SCENARIO
from loadtests.report.ranks import Ranking
from loadtests.report.ratios import Interval
from loadtests.report.results import CPU, LATENCY
from loadtests.report.sentences import percent
from loadtests.report.stacks import plain
from loadtests.report.words import bounded, factor, listed

HALF = 0.5


def section(runs: Runs) -> Section:
    base = runs.efficiency
    found = main(base)
    return Section(
        [
            *apart(base, found),
            *enough(base, found),
            *code(base, found),
            *served(base),
            *(attributed.largest(runs.attribution) if runs.attribution else []),
            *(disk(runs.durability) if runs.durability else []),
        ]
    )


def main(source: Source) -> Mapping[str, Ranking]:
    found = rankings(source)
    return {name: found[name] for name in MAIN if name in found}


def apart(source: Source, found: Mapping[str, Ranking]) -> Iterator[str]:
    """The whole difference between the first and the last, in ms."""
    said = [
        f"{source.link(f'{bounded(difference(source, one))} ms', name, SCENARIOS)} to {DOING[name]}"
        for name, one in found.items()
        if len(one.order) > 1 and one.separates(one.order[0], one.order[-1])
    ]
    if said:
        yield (
            f"Between the stack that takes the most processor time and the one that takes the least lie "
            f"{listed(said)}. A request that waits longer than that for something else - another service, a "
            "database server, the network - gains more from a shorter wait than it could from another stack."
        )


def difference(source: Source, ranking: Ranking) -> Interval:
    first, last = (source.results.series(ranking.order[place], ranking.scenario, CPU) for place in (0, -1))
    return ratios.interval(ratios.difference(last, first).values())


def enough(source: Source, found: Mapping[str, Ranking]) -> Iterator[str]:
    """What a core has time for under the stack that takes the most."""
    means = {name: source.results.mean(one.order[-1], name, CPU).value for name, one in found.items()}
    said = [
        f"{source.link(about(1000 / mean), name, SCENARIOS)} that {DOING[name]}"
        for name, mean in means.items()
        if mean > 0
    ]
    if said:
        yield (
            f"Under the stack that takes the most, a core has time for about so many requests a second: "
            f"{listed(said)}. Whoever expects far fewer need not choose by cost."
        )


def code(source: Source, found: Mapping[str, Ranking]) -> Iterator[str]:
    """How a service is written, beside what it is written in."""
    written = costs.twins(source)
    for name, one in found.items():
        pairs = [each for each in written if each.found[name].times.known]
        if pairs and len(one.order) > 1:
            most = max(pairs, key=lambda each: each.found[name].times.value)
            twin, stacks = most.found[name], one.pairs[one.order[0], one.order[-1]]
            whole = source.link(f"{factor(stacks)} times", name, SCENARIOS)
            yield (
                f"To {DOING[name]}, the last stack takes {whole} as much as the first, and a tutorial's code "
                f"up to {twin.said} as much as tuned code ({most.other}): "
                f"{beside('the code', twin.times, 'the stack', stacks)}."
            )


def served(source: Source) -> Iterator[str]:
    """Where the server alone is more than half of a request."""
    shares = {name: share(source.results, one, "hello") for name, one in plain(source.results).items()}
    said = [
        f"{source.link(percent(found), *FLOORS)} of {NAMES[name]}"
        for name, found in shares.items()
        if found.low > HALF
    ]
    if said:
        yield f"To {DOING['hello']}, the server alone is more than half of the cost: {listed(said)}."


def disk(source: Source) -> Iterator[str]:
    """What a durable write costs, beside what another stack costs."""
    found = [one.latency for one in durable.writes(source) if one.latency.times.known]
    alone = only(source.results, list(plain(source.results).values()))
    if not found or (ranking := ranks.ranking(alone, SCENARIO, LATENCY)).bound or len(ranking.order) < 2:
        return
    most = max(found, key=lambda one: one.times.value)
    stacks = ranking.pairs[ranking.order[0], ranking.order[-1]]
    # Where the generator set the pace the disk may matter more than it seems
    lasting = replace(most.times, high=inf) if most.bound else most.times
    yield (
        f"A durable write takes up to {most.said} as long as one that is not, and with the last stack "
        f"{source.link(f'{factor(stacks)} times', SCENARIO)} as long as with the first: "
        f"{beside('the disk', lasting, 'the stack', stacks)}."
    )
