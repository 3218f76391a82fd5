"""In which order five stacks stand, where that can be told, and how much of the study's order that keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from loadtests.report.paper import Figure
from loadtests.report.ranks import Ranking, numbered
from loadtests.report.results import THROUGHPUT
from loadtests.report.words import listed


@dataclass(frozen=True)
class Standing:
    stacks: Sequence[str]  # the best first
    apart: frozenset[tuple[str, str]]  # those that can be told apart, the better first

    @property
    def first(self) -> list[str]:
        """Those than which none is better beyond doubt."""
        return [stack for stack in self.stacks if not any(stack == worse for _, worse in self.apart)]

    @property
    def last(self) -> list[str]:
        return [stack for stack in self.stacks if not any(stack == better for better, _ in self.apart)]

    @property
    def ranks(self) -> Mapping[str, tuple[int, ...]]:
        return numbered(self.stacks, lambda *pair: pair not in self.apart)


class Kept(NamedTuple):
    """Of the pairs that the study puts in an order."""

    same: int
    opposite: int
    unsure: int


def published(figure: Figure) -> Standing:
    """By the values as they are printed: the study has no intervals. Equal values are not apart."""
    values, sign = figure.values, -1 if figure.measure == THROUGHPUT.name else 1
    stacks = sorted(values, key=lambda stack: sign * values[stack])
    apart = {(one, other) for one, other in combinations(stacks, 2) if values[one] != values[other]}
    return Standing(stacks, frozenset(apart))


def measured(ranking: Ranking, stacks: Mapping[str, str]) -> Standing:
    """`stacks` has the stack of each variant."""
    apart = {
        (one, other) if times.value > 1 else (other, one)
        for (one, other), times in ranking.pairs.items()
        if ranking.separates(one, other)
    }
    return Standing(
        [stacks[name] for name in ranking.order],
        frozenset((stacks[one], stacks[other]) for one, other in apart),
    )


def kept(study: Standing, ours: Standing) -> Kept:
    pairs = [pair for pair in study.apart if {*pair} <= {*ours.stacks}]
    same = sum(pair in ours.apart for pair in pairs)
    opposite = sum((worse, better) in ours.apart for better, worse in pairs)
    return Kept(same, opposite, len(pairs) - same - opposite)


def total(many: Sequence[Kept]) -> Kept:
    return Kept(*map(sum, zip(*many, strict=True)))


def counted(found: Kept) -> str:
    return (
        f"of {sum(found)} pairs {found.same} stand as in the study, {found.opposite} the other way round,"
        f" {found.unsure} cannot be told apart."
    )


def ends(standing: Standing, names: Mapping[str, str]) -> str:
    """Who is first and who is last, in words; those that share a place in the order of `names`."""
    if not standing.apart:
        return "none can be told from another"
    found = ((standing.first, "first"), (standing.last, "last"))
    return ", ".join(
        place([name for stack, name in names.items() if stack in some], which) for some, which in found
    )


def place(names: Sequence[str], which: str) -> str:
    return f"{listed(names)} {f'is {which}' if len(names) == 1 else f'share the {which} place'}"
