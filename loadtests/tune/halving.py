"""Successive halving: who is measured again, how often and for how long."""

from collections.abc import Hashable, Mapping, Sequence
from random import Random
from typing import NamedTuple, TypeVar

from loadtests.report.ratios import ENOUGH

Some = TypeVar("Some", bound=Hashable)

FEWEST = 3  # candidates
LAST = 2  # candidates of each goal that are measured often enough for an interval
# Seconds: of a block without its probes, of k6's start, and of a probe at least and at most
BLOCK = 2.2
BEGINNING = 0.5
SHORTEST, LONGEST = 1.0, 2.5  # k6 takes no shorter ones
OVERLAP = 1.6  # candidates that go on, for each that a goal keeps
PROBES = 4.8  # of a block: one of the cost, and as a rule nearly four of the rate


class Rung(NamedTuple):
    keep: int  # of each goal, of those that the rung before measured
    rounds: int


def rungs(candidates: int) -> list[Rung]:
    """Every rung halves what each goal keeps, and gives those one more round; the last one gives enough."""
    found = [Rung(candidates, 1)]
    while (half := (found[-1].keep + 1) // 2) > LAST + 1:
        found.append(Rung(half, 1))
    return [*found, Rung(LAST, ENOUGH)]


def kept(names: Sequence[str], scores: Sequence[Mapping[str, float]], keep: int, default: str) -> list[str]:
    """The best of each goal, by scores of which the highest is best, and always the default."""
    best = {name for score in scores for name in sorted(score, key=lambda name: -score[name])[:keep]}
    return [name for name in names if name in best or name == default]


def order(names: Sequence[str], seed: int, number: int) -> list[str]:
    """Of a round: shuffled anew for each."""
    return Random(f"{seed}/{number}").sample(sorted(names), len(names))  # noqa: S311 - no secret


def blocks(rungs: Sequence[Rung], there: int) -> int:
    """About so many: the halves of two goals may be the same candidates, or none of them."""
    return sum(min(round(OVERLAP * rung.keep) + 1, there) * rung.rounds for rung in rungs)


def probe_seconds(left: float, blocks: int) -> float:
    """So that so many blocks take the time that is left."""
    each = (left / max(blocks, 1) - BLOCK) / PROBES - BEGINNING
    return round(min(max(each, SHORTEST), LONGEST), 1)


def drawn(candidates: Sequence[Some], minutes: float, seed: int, default: Some) -> list[Some]:
    """As many as the shortest probes leave time for, in their order, and the default among them."""
    others = [one for one in candidates if one != default]
    number = len(candidates)
    while number > FEWEST and blocks(rungs(number), number) * block_seconds(SHORTEST) > minutes * 60:
        number -= 1
    chosen = {default, *Random(f"{seed}/drawn").sample(others, number - 1)}  # noqa: S311 - no secret
    return [one for one in candidates if one in chosen]


def block_seconds(seconds: float) -> float:
    return BLOCK + PROBES * (BEGINNING + seconds)
