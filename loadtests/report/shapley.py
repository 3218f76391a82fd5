"""What each of several players adds to a value that they reach together."""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def shapley(players: Sequence[str], value: Callable[[frozenset[str]], Array]) -> dict[str, Array]:
    """The mean, over all orders in which they may come, of what each adds.

    Shapley 1953, *A value for n-person games*, Contributions to the Theory of Games II, 307-317.
    The parts add up to value(all) - value(none), whatever the interactions between them.
    """
    known = {frozenset(some): value(frozenset(some)) for some in subsets(players)}
    return {one: part(one, players, known) for one in players}


def subsets(players: Sequence[str]) -> list[tuple[str, ...]]:
    return [some for size in range(len(players) + 1) for some in combinations(players, size)]


def part(one: str, players: Sequence[str], known: dict[frozenset[str], Array]) -> Array:
    count, others = len(players), [player for player in players if player != one]
    found: Array = sum(
        (known[frozenset(some) | {one}] - known[frozenset(some)])
        * (factorial(len(some)) * factorial(count - len(some) - 1) / factorial(count))
        for some in subsets(others)
    )  # type: ignore[assignment]  # the 0 that sum() begins with
    return found
