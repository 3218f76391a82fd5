"""From probes to the winners: pure functions."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from statistics import geometric_mean

from loadtests.report import ratios
from loadtests.report.ratios import UNKNOWN, Interval, Series
from loadtests.tune import ladder
from loadtests.tune.result import Goal, Probe, Tune

GOALS: tuple[Goal, ...] = ("rate", "cost")


@dataclass(frozen=True)
class Standing:
    """How far a candidate came, and what it came to."""

    name: str
    rounds: int
    rate: float  # requests per second: the mean over its rounds; nan where none could be measured
    cost: float  # ms of processor time per request
    bound: bool  # in half of its rounds or more it was the machine that went no further
    invalid: str = ""


@dataclass(frozen=True)
class Winner:
    goal: Goal
    name: str  # the default where nothing is better beyond doubt
    best: str  # the best of those that came to the last rung, beyond doubt or not
    ratio: Interval  # of the best to the default, in the rounds of the last rung
    bound: bool  # the rate is at least so high


def by_round(probes: Sequence[Probe], name: str, goal: Goal) -> Mapping[int, Sequence[Probe]]:
    rounds: dict[int, list[Probe]] = defaultdict(list)
    for probe in probes:
        if probe.candidate == name and probe.goal == goal and not probe.invalid:
            rounds[probe.round].append(probe)
    return rounds


def series(probes: Sequence[Probe], name: str, goal: Goal) -> Series:
    """The figure of each round that has one."""
    rounds = by_round(probes, name, goal)
    if goal == "cost":
        values = {number: each[-1].cpu_ms_per_request for number, each in rounds.items()}
    else:
        values = {number: highest(each) for number, each in rounds.items()}
    return {number: value for number, value in values.items() if value > 0}


def highest(probes: Sequence[Probe]) -> float:
    return ladder.found([probe.tried for probe in probes]).passed


def machine_bound(probes: Sequence[Probe]) -> bool:
    """Of one round: whether what ended the search, the lowest rate that failed, was the machine's limit."""
    failed = [probe for probe in probes if not probe.passed]
    if failed:
        return min(failed, key=lambda probe: probe.rate).bound
    return True  # nothing failed: it goes higher


def bound(probes: Sequence[Probe], name: str, rounds: Collection[int] | None = None) -> bool:
    seen = [
        machine_bound(each)
        for number, each in by_round(probes, name, "rate").items()
        if rounds is None or number in rounds
    ]
    return bool(seen) and sum(seen) * 2 >= len(seen)


def mean(found: Series) -> float:
    return geometric_mean(found.values()) if found else float("nan")


def scores(probes: Sequence[Probe], names: Sequence[str], goal: Goal) -> dict[str, float]:
    """Of each candidate that was measured: the higher, the better."""
    sign = 1 if goal == "rate" else -1
    means = {name: mean(series(probes, name, goal)) for name in names}
    return {name: sign * value for name, value in means.items() if not isnan(value)}


def standing(probes: Sequence[Probe], name: str) -> Standing:
    rate, cost = (series(probes, name, goal) for goal in GOALS)
    invalid = next((one.invalid for one in probes if one.candidate == name and one.invalid), "")
    rounds = {one.round for one in probes if one.candidate == name and not one.invalid}
    return Standing(name, len(rounds), mean(rate), mean(cost), bound(probes, name), invalid)


def standings(tune: Tune, probes: Sequence[Probe]) -> list[Standing]:
    """Those that came the farthest first, and of those the highest rates."""
    found = [standing(probes, name) for name in tune.candidates]
    return sorted(found, key=lambda one: (-one.rounds, isnan(one.rate), -one.rate))


def against_default(tune: Tune, probes: Sequence[Probe], name: str, goal: Goal) -> Interval:
    """Only the last rung: the rounds before chose who came so far, and favoured whom luck did."""
    if not tune.rungs or not tune.rungs[-1].last:
        return UNKNOWN
    last = [probe for probe in probes if probe.round in tune.rungs[-1].rounds]
    return ratios.ratio(series(last, name, goal), series(last, tune.default, goal))


def winner(tune: Tune, probes: Sequence[Probe], goal: Goal) -> Winner:
    rung = tune.rungs[-1] if tune.rungs else None
    there = [name for name in rung.candidates if name != tune.default] if rung and rung.last else []
    found = {name: against_default(tune, probes, name, goal) for name in there}
    known = {name: one for name, one in found.items() if not isnan(one.value)}
    sign = 1 if goal == "rate" else -1
    best = max(known, key=lambda name: sign * known[name].value, default=tune.default)
    ratio = known.get(best, UNKNOWN)
    better = ratio.excludes_one and sign * (ratio.value - 1) > 0
    rounds = rung.rounds if rung else []
    name = best if better else tune.default
    return Winner(goal, name, best, ratio, goal == "rate" and bound(probes, name, rounds))
