"""The answers first."""

from collections.abc import Iterator

from loadtests.choosing import costs, durable, expected, matters
from loadtests.choosing.runs import Runs
from loadtests.choosing.said import DOING, leading
from loadtests.choosing.server import SERVERS, nothing
from loadtests.report.words import listed

KINDS = {
    "framework with its server": lambda source: costs.pairs(source, costs.FRAMEWORKS),
    "ORM": lambda source: costs.pairs(source, costs.ORMS),
    "code": costs.twins,
}


def sentences(runs: Runs) -> Iterator[str]:
    base = runs.efficiency
    named, found = expected.services(base), matters.main(base)
    yield from (leading(base, one, named) for one in found.values())
    yield from differences(runs)
    if runs.durability and (writes := durable.writes(runs.durability)):
        times = durable.spread([one.latency for one in writes])
        yield (
            f"Where many write at once, a write that waits for the disk takes {times} as long as one that "
            "does not; whoever does not wait may lose the last writes in a power cut."
        )
    yield from matters.enough(base, found)


def differences(runs: Runs) -> Iterator[str]:
    """The largest of each kind that can be told."""
    told = []
    for kind, pairs in KINDS.items():
        if largest := costs.largest(pairs(runs.efficiency)):
            name, pair, one = largest
            told.append(f"{pair.one} takes {one.said} what {pair.other} takes to {DOING[name]} (the {kind})")
    server = nothing(runs.efficiency)
    if server and server.told:
        told.append(
            f"{SERVERS['wsgi']} take {server.said} what {SERVERS['asgi']} takes to do nothing (the server)"
        )
    if told:
        yield f"The largest differences of each kind: {listed(told)}."
