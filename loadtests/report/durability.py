"""What durable writes cost against what the disk needs for them, and what not to wait for it would save."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from loadtests.report import ratios
from loadtests.report.ratios import Interval, Series
from loadtests.report.results import LATENCY, Results
from loadtests.report.stacks import by_stack
from loadtests.report.words import bounded, factor, reached
from loadtests.runner.commit import durable

SCENARIO = "create_item"


class Durability(BaseModel):
    """Targets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commits: float
    normal: float


@dataclass(frozen=True)
class Writes:
    """A variant that syncs every commit, and the same without."""

    variant: str
    latency: str  # ms
    commits: str  # times what its users wait for, if one commits after the other
    verdict: str
    normal: str  # times as fast with synchronous=NORMAL
    normal_verdict: str


def commit_ms(results: Results) -> Series:
    measured: Mapping[str, float] = results.machine.get("commit_ms", {})
    return {int(number): ms for number, ms in measured.items()}


def writes(results: Results, wanted: Durability) -> list[Writes]:
    measured = SCENARIO in results.scenarios and not results.is_open(SCENARIO)
    names = [name for name in results.variants if durable(results.plan.variants[name])]
    found = [one(results, name, wanted) for name in by_stack(results, names) if results.of(name, SCENARIO)]
    return found if measured and commit_ms(results) else []


def one(results: Results, name: str, wanted: Durability) -> Writes:
    commits = in_commits(results, name)
    times, verdict = faster(results, name, wanted)
    return Writes(
        variant=name,
        latency=bounded(results.mean(name, SCENARIO, LATENCY)),
        commits=factor(commits),
        verdict=reached(commits.inverse, 1 / wanted.commits, "above"),
        normal=times,
        normal_verdict=verdict,
    )


def in_commits(results: Results, name: str) -> Interval:
    """The mean latency, to what the users of a round wait whose commits follow one another."""
    users = {each.round: each.users for each in results.of(name, SCENARIO)}
    waits = {number: users[number] * ms for number, ms in commit_ms(results).items() if number in users}
    return ratios.ratio(results.series(name, SCENARIO, LATENCY), waits)


def faster(results: Results, name: str, wanted: Durability) -> tuple[str, str]:
    """How many times as fast the same is where it does not sync every commit, and whether that is enough."""
    variant = results.plan.variants[name]
    unsynced = variant.model_copy(update={"env": {**variant.env, "SQLITE_SYNCHRONOUS": "NORMAL"}})
    for other in results.variants:
        if results.plan.variants[other] == unsynced and results.of(other, SCENARIO):
            times = results.times(other, name, SCENARIO, LATENCY)
            return factor(times), reached(times, wanted.normal) + bound(results, other)
    return "", ""


def bound(results: Results, name: str) -> str:
    return " (generator-bound)" if results.bound(name, SCENARIO) else ""
