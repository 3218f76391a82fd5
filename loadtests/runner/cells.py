"""The cells of a plan: in which order they are measured, and which remain."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from random import Random

from loadtests.runner.plan import Plan
from loadtests.runner.sample import Cell, Sample

# The p99 in ms beyond which a rising rate does not rise further
LIMIT = 50.0


def order(plan: Plan, number: int) -> list[str]:
    """The variants of a round: shuffled anew for each, by no more than the seed and its number."""
    return Random(f"{plan.seed}/{number}").sample(sorted(plan.variants), len(plan.variants))  # noqa: S311 - no secret


def cells(plan: Plan) -> Iterator[Cell]:
    for number in range(1, plan.rounds + 1):
        for variant in order(plan, number):
            for name, scenario in plan.scenarios.items():
                if plan.variants[variant].answers(name):
                    for rate in scenario.rates or (0.0,):
                        yield Cell(number, variant, name, rate)


def blocks(cells: Iterable[Cell]) -> list[list[Cell]]:
    """The cells that one start of a service measures."""
    return [list(block) for _, block in groupby(cells, key=block_of)]


def block_of(cell: Cell) -> tuple[int, str]:
    return cell.round, cell.variant


def remaining(plan: Plan, samples: Iterable[Sample]) -> list[Cell]:
    """Whole blocks: a randomised block is complete, and what one start measured stays together."""
    valid = [sample for sample in samples if not sample.invalid]
    measured = {sample.cell for sample in valid}
    return [
        cell
        for block in blocks(cells(plan))
        if not all(cell in measured or passed(cell, valid) for cell in block)
        for cell in block
    ]


def passed(cell: Cell, samples: Iterable[Sample]) -> bool:
    """Whether a lower rate was already too high."""
    return any(
        sample.cell[:3] == cell[:3]
        and sample.rate < cell.rate
        and bool(sample.invalid or sample.dropped or sample.p99_ms > LIMIT)
        for sample in samples
    )
