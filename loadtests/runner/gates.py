"""What a sample has to pass to be believed, and when it is the generator that it measures."""

from collections.abc import Mapping
from math import isnan, nan

from harness.k6 import PERCENTS, Outcome
from loadtests.runner import stats
from loadtests.runner.plan import Scenario
from loadtests.runner.sample import Cell

LITTLE = 0.05  # how far from Little's law the figures of a sample may be
CEILING = 0.6  # the share of what k6 can do from which it may be k6 that is measured
BUSY = 0.9  # the share of the cores above which the two of them are in each other's way


def unanswered(outcome: Outcome | str, iterations: int | None) -> str:
    """Why k6's figures are not to be believed; nothing if they are."""
    if isinstance(outcome, str):
        return outcome
    if outcome.failed:
        failed = ", ".join(f"{check}: {count:,}" for check, count in outcome.failed.items())
        return f"{sum(outcome.failed.values()):,} failed checks ({failed})"
    if outcome.requests == 0 or (iterations is not None and outcome.requests != iterations):
        return f"k6 made {outcome.requests:,} requests of {iterations or 'many'}"
    return ""


def disagreeing(rows: int, expected: int | None, lost: int) -> str:
    if rows != expected:
        return f"the database holds {rows:,} items where the answers add up to {expected:,}"
    return f"{lost:,} items do not hold what was last written to them" if lost else ""


def little(outcome: Outcome, users: int) -> float:
    """Throughput * mean time / users, which is 1 where the figures are of one and the same experiment.

    The time is that of k6's whole iteration: a user is in one all the while, and waits for the answer, the
    latency, in a part of it only; the rest is the connection and k6's own work. A user's time begins with
    its first iteration and ends with its last answer: where the iterations or the seconds run out, each
    user still waits for one, and these are the last of all.
    """
    if outcome.requests <= users or not outcome.elapsed_ms:
        return nan
    points = list(zip(PERCENTS, outcome.elapsed_ms, strict=True))
    last = range(outcome.requests - users, outcome.requests)
    ends = sum(stats.at(points, 100 * rank / (outcome.requests - 1)) for rank in last)
    return outcome.requests * outcome.iteration_ms / (ends - users * outcome.lag_ms)


def lawless(law: float) -> str:
    if isnan(law) or abs(law - 1) <= LITTLE:
        return ""
    return f"Little's law: throughput * mean time / users is {law:.3f}, not 1"


def bound(cell: Cell, scenario: Scenario, figures: Mapping[str, float], k6_cores: float) -> str:
    """Why the generator may have set the pace. `k6_cores` is the share of the cores that k6 may use."""
    reasons = []
    if (share := figures.get("ceiling_share", nan)) > CEILING:
        reasons.append(f"{share:.0%} of the throughput that k6 reaches against a server that does nothing")
    # a rising rate ends where iterations are dropped: there it is the service's figure
    if (dropped := figures.get("dropped", 0)) and len(scenario.rates) == 1:
        reasons.append(f"{dropped:,} of the iterations were dropped at {cell.rate:g} a second")
    k6, service = figures["k6_cpu_share"], figures["service_cpu_share"]
    if k6 + service > BUSY:
        reasons.append(f"k6 and the service together used {k6 + service:.0%} of the cores")
    elif k6 > BUSY * k6_cores:
        reasons.append(f"k6 used {k6 / k6_cores:.0%} of its cores")
    return "; ".join(reasons)
