"""What durability costs: the same writes with and without waiting for the disk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

from loadtests.choosing.runs import Source
from loadtests.choosing.said import NAMES, Compared, Section, Table, compared, suffixed
from loadtests.report import ratios
from loadtests.report.durability import SCENARIO, commit_ms
from loadtests.report.results import LATENCY
from loadtests.report.words import bounded

DISK = "Writes against the disk"


@dataclass(frozen=True)
class Write:
    """A service that waits for the disk, and how many times as much it takes as one that does not."""

    service: str
    unsynced: str
    latency: Compared
    cpu: Compared


def writes(source: Source) -> list[Write]:
    found = [
        Write(
            name,
            other,
            compared(source, name, other, SCENARIO, DISK, measure=LATENCY),
            compared(source, name, other, SCENARIO),
        )
        for name, other in suffixed(source.results, "_normal").items()
    ]
    return [one for one in found if not isnan(one.latency.times.value)]


def section(source: Source) -> Section | None:
    found = writes(source)
    return Section([*sentences(source, found)], [table(source, found)]) if found else None


def sentences(source: Source, found: Sequence[Write]) -> Iterator[str]:
    users = next(one.users for name, one in source.results.plan.scenarios.items() if name == SCENARIO)
    yield (
        f"With {source.link(f'{users} users', SCENARIO)} who write at once, a write that waits for the disk "
        f"takes, depending on the stack, {spread([one.latency for one in found])} as long as one that does "
        f"not, and {spread([one.cpu for one in found])} the processor time."
    )
    if any(one.latency.bound for one in found):
        yield (
            "Where the load generator set the pace of what does not wait, that could be faster still: "
            "there only the processor time can be compared."
        )
    if disk := commit_ms(source.results):
        ms = source.link(f"{bounded(ratios.interval(disk.values()))} ms", DISK)
        yield f"A commit alone, with nothing else running, takes {ms} on this disk."


def spread(found: Sequence[Compared]) -> str:
    """From the least to the most of the stacks: it does not say that these two differ."""
    said = [one.said for one in sorted(found, key=lambda one: one.times.value)]
    bound = "at least " if any(one.bound for one in found) else ""
    return bound + " to ".join(dict.fromkeys([said[0], said[-1]]))


def table(source: Source, found: Sequence[Write]) -> Table:
    def mean(name: str) -> str:
        return source.link(bounded(source.results.mean(name, SCENARIO, LATENCY)), SCENARIO)

    return Table(
        ["stack", "`FULL`, ms", "`NORMAL`, ms", "times as long", "times the processor time"],
        [
            [NAMES[one.service], mean(one.service), mean(one.unsynced), one.latency.cell, one.cpu.cell]
            for one in found
        ],
    )
