"""What a sample has to pass to be believed, and when it is the generator that it measures."""

from collections.abc import Mapping
from math import isnan, nan
from typing import Literal

from harness import usage
from harness.k6 import PERCENTS, Outcome
from loadtests.measure.plan import Scenario
from loadtests.measure.sample import Cell, Reason

LITTLE = 0.05  # how far from Little's law the figures of a sample may be
CEILING = 0.6  # the share of what k6 can do from which it may be k6 that is measured
BUSY = 0.9  # the share of the cores above which the two of them are in each other's way


def unanswered(
    outcome: Outcome | str, iterations: int | None, generator: Literal["k6", "wrk"] = "k6"
) -> Reason | None:
    """Why the generator's figures are not to be believed; None if they are."""
    if isinstance(outcome, str):
        return Reason(code=generator, numbers={"says": outcome})
    if outcome.failed:
        return Reason(code="checks", numbers=dict(outcome.failed))
    if outcome.requests == 0 or (iterations is not None and outcome.requests != iterations):
        return Reason(code="requests", numbers={"made": outcome.requests, "of": iterations or "many"})
    return None


def disagreeing(rows: int, expected: int | None, lost: int) -> Reason | None:
    if expected is not None and rows != expected:
        return Reason(code="rows", numbers={"rows": rows, "expected": expected})
    return Reason(code="lost", numbers={"items": lost}) if lost else None


def little(outcome: Outcome, users: int) -> float:
    """Throughput * mean time / users, which is 1 where the figures are of one and the same experiment.

    The time is that of k6's whole iteration: a user is in one all the while, and waits for the answer, the
    latency, in a part of it only; the rest is the connection and k6's own work. A user's time begins with
    its first iteration and ends with its last answer: where the iterations or the seconds run out, each
    user still waits for one, and these are the last of all. Of several k6 each has an experiment of its own:
    the value is that of the one farthest from 1.
    """
    if outcome.parts:
        number = len(outcome.parts)
        shares = (len(range(place, users, number)) for place in range(number))  # as k6 shares them out
        laws = [little(part, share) for part, share in zip(outcome.parts, shares, strict=True)]
        return max((law for law in laws if not isnan(law)), key=lambda law: abs(law - 1), default=nan)
    if outcome.requests <= users or not outcome.elapsed_ms:
        return nan
    import numpy as np  # takes long, and is not needed before something was measured

    last = np.arange(outcome.requests - users, outcome.requests)
    ends = np.interp(100 * last / (outcome.requests - 1), PERCENTS, outcome.elapsed_ms).sum()
    return outcome.requests * outcome.iteration_ms / float(ends - users * outcome.lag_ms)


def lawless(law: float) -> Reason | None:
    if isnan(law) or abs(law - 1) <= LITTLE:
        return None
    return Reason(code="little", numbers={"value": law})


def bound(cell: Cell, scenario: Scenario, figures: Mapping[str, float]) -> tuple[Reason, ...]:
    """Why the generator may have set the pace.

    Of wrk the one thread alone may: it is so light that what the cores are busy with is the service. What k6
    uses on another machine is not seen, and is nan: its certificate alone tells.
    """
    if scenario.generator == "wrk":
        used = figures["k6_cpu_share"] * usage.cores()
        return (Reason(code="thread", numbers={"share": used}),) if used > BUSY else ()
    reasons = []
    if (share := figures.get("ceiling_share", nan)) > CEILING:
        reasons.append(Reason(code="ceiling", numbers={"share": share}))
    # a rising rate ends where iterations are dropped: there it is the service's figure
    if (dropped := figures.get("dropped", 0)) and not scenario.is_curve:
        reasons.append(Reason(code="dropped", numbers={"number": int(dropped), "rate": cell.rate}))
    k6, service = figures["k6_cpu_share"], figures["service_cpu_share"]
    k6_cores = len(usage.split().k6) / usage.cores()  # the share of them that k6 may use
    if k6 + service > BUSY:
        reasons.append(Reason(code="cores", numbers={"share": k6 + service}))
    elif k6 > BUSY * k6_cores:
        reasons.append(Reason(code="generator", numbers={"share": k6 / k6_cores}))
    return tuple(reasons)


SENTENCES = {
    "requests": "{made:,} of {of} requests were made",
    "rows": "the database holds {rows:,} items where the answers add up to {expected:,}",
    "lost": "{items:,} items do not hold what was last written to them",
    "little": "Little's law: throughput * mean time / users is {value:.3f}, not 1",
    "silent": "the worker {pid} did not say in {seconds:.0f} s what it runs on",
    "worker": "a worker ended, and another took its place",
    "unfinished": "its block was not finished, and was measured again",
    "ceiling": "{share:.0%} of the throughput that k6 reaches against a server that does nothing",
    "dropped": "{number:,} of the iterations were dropped at {rate:g} a second",
    "cores": "k6 and the service together used {share:.0%} of the cores",
    "generator": "k6 used {share:.0%} of its cores",
    "thread": "wrk used {share:.0%} of a core, and has one thread",
}


def sentence(reason: Reason) -> str:
    """In English."""
    numbers = {name: value for name, value in reason.numbers.items() if name != "in"}
    match reason.code:
        case "k6" | "wrk":
            text = str(numbers["says"])
        case "checks":
            failed = ", ".join(f"{check}: {count:,}" for check, count in numbers.items())
            text = f"{sum(int(count) for count in numbers.values()):,} failed checks ({failed})"
        case "facts":
            pairs = {name: str(value).split(" / ") for name, value in numbers.items()}
            text = "; ".join(
                f"{name} is {actual} where the plan says {plan}" for name, (actual, plan) in pairs.items()
            )
        case code:
            text = SENTENCES[code].format(**numbers)
    return f"in the {reason.numbers['in']}: {text}" if "in" in reason.numbers else text
