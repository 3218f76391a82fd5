"""A linear model of the logarithm of a cost, with the factors as dummy variables and the rounds as blocks.

y = X b + block + e, by ordinary least squares (Box, Hunter and Hunter 2005, *Statistics for Experimenters*).
A variant's residuals have two parts: what the model lacks for this variant, the same in each round, and what
one round adds. The bootstrap draws both (Davison and Hinkley 1997, *Bootstrap Methods and their Application*,
section 3.8 and 6.2.3): variants for the first, and whole rounds for the second, so that what the variants of
a round share stays together. Each part is inflated by its degrees of freedom, and the percentiles are taken
at the level of Student's t (Hesterberg 2015, as in intervals.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from loadtests.analysis.intervals import SEED, Array, Interval, tail
from loadtests.measure.design import terms
from loadtests.measure.plan import Levels

ENOUGH = 3  # rounds; the variants, not they, are what most of the degrees of freedom come from
RESAMPLES = 1_999
CLOSE = 1e-6

Observations = Mapping[tuple[str, int], float]  # of a variant in a round: the logarithm of its cost


def row(one: Levels) -> Array:
    return np.array([1.0, *terms(one).values()])


def estimated(matrix: Array) -> "Estimable":
    return Estimable(np.linalg.pinv(matrix) @ matrix)


@dataclass(frozen=True)
class Estimable:
    """Whether a combination of the coefficients follows from the design: it lies in its row space."""

    projection: Array

    def __call__(self, combination: Array) -> bool:
        return bool(np.abs(combination @ self.projection - combination).max() < CLOSE)


@dataclass(frozen=True)
class Fit:
    coefficients: Array  # one row for the estimate, and one for each resample
    estimable: Estimable
    freedom: int  # degrees of freedom, of the variants
    rounds: int

    def predicted(self, one: Levels) -> Array:
        """The logarithm of its cost, in the estimate and in each resample; nan where it cannot be known."""
        combination = row(one)
        if not self.estimable(combination):
            return np.full(len(self.coefficients), np.nan)
        logarithm: Array = self.coefficients @ combination
        return logarithm

    def interval(self, values: Array) -> Interval:
        """Of what was computed from each: the first is the estimate's."""
        value, resampled = float(values[0]), values[1:]
        if self.rounds < ENOUGH or self.freedom < 1 or not np.isfinite(values).all():
            return Interval(value)
        beyond = tail(self.freedom)
        low, high = np.quantile(resampled, [beyond, 1 - beyond])
        return Interval(value, float(low), float(high))


def fitted(observed: Observations, design: Mapping[str, Levels]) -> Fit:
    if not observed:
        count = row(next(iter(design.values()))).size
        return Fit(np.zeros((1, count)), Estimable(np.zeros((count, count))), 0, 0)
    variants = [name for name in design if any(name == variant for variant, _ in observed)]
    rounds = sorted({number for _, number in observed})
    cells = [(variants.index(name), rounds.index(number)) for name, number in observed]
    v, r = np.array([v for v, _ in cells], dtype=int), np.array([r for _, r in cells], dtype=int)
    y = np.array(list(observed.values()))
    treatments = np.array([row(design[name]) for name in variants])
    # Each round's block is a deviation from the mean of all: they sum to zero
    deviations = np.vstack([np.eye(len(rounds) - 1), -np.ones(len(rounds) - 1)])
    full = np.hstack([treatments[v], deviations[r]])
    solve = np.linalg.pinv(full)
    b = solve @ y
    residuals = np.full((len(variants), len(rounds)), np.nan)
    residuals[v, r] = y - full @ b
    freedom = len(variants) - int(np.linalg.matrix_rank(treatments))
    drawn = resampled(residuals, freedom)[:, v, r]
    many = np.vstack([b, (full @ b + drawn) @ solve.T])
    return Fit(many[:, : treatments.shape[1]], estimated(treatments), freedom, len(rounds))


def resampled(residuals: Array, freedom: int) -> Array:
    """Residuals of as many variants and rounds, once for each resample."""
    random = np.random.default_rng(SEED)
    count, rounds = residuals.shape
    lacking = np.nanmean(residuals, axis=1)
    adding = np.nan_to_num(residuals - lacking[:, None])
    lacking = (lacking - lacking.mean()) * np.sqrt(count / max(freedom, 1))
    adding = adding * np.sqrt(rounds / max(rounds - 1, 1))
    rows = random.integers(count, size=(RESAMPLES, count))
    columns = random.integers(rounds, size=(RESAMPLES, rounds))
    drawn: Array = lacking[rows][:, :, None] + adding[np.arange(count)[None, :, None], columns[:, None, :]]
    return drawn
