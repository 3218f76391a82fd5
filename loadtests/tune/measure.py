"""A block: one start of a candidate, the processor time of its requests, and the highest rate it sustains."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from pathlib import Path

import psutil

from harness import database, k6, usage
from harness.k6 import PERCENTS
from harness.server import launched
from harness.service import SERVICES
from loadtests.runner import configuration, gates, measure
from loadtests.runner.drive import Run, driven
from loadtests.runner.measure import Stage
from loadtests.runner.plan import Variant
from loadtests.tune import ladder, others
from loadtests.tune.candidates import Candidate
from loadtests.tune.result import Goal, Probe

SCRIPT = "mixed"
USERS = 100  # the most that may wait for an answer at once
COST_USERS = 20
COST_RATE = 100.0  # requests per second: few enough for one thread of the slowest
WARM_UP = {"VUS": 20, "RATE": COST_RATE, "DURATION": "1s"}
CALM = 0.2  # seconds between probes


@dataclass(frozen=True)
class Block:
    """What is measured: a candidate in a round."""

    number: int
    candidate: Candidate
    variant: Variant
    dataset: Path
    k6: str
    seconds: float  # of a probe
    start: float  # the rate of the first probe
    step: float


def measure_block(block: Block, keep: Callable[[Probe], None]) -> list[Probe]:
    """Each probe is kept at once."""
    found: list[Probe] = []

    def probe(goal: Goal, rate: float) -> Probe:
        found.append(probed(block, stage, goal, rate, refused))
        keep(found[-1])
        time.sleep(CALM)
        return found[-1]

    cores = usage.split()
    with launched(
        block.variant.service,
        block.variant.env,
        dataset=block.dataset,
        probe=configuration.PROBE,
        cores=cores and cores.service,
    ) as server:
        stage = Stage(server, block.k6, {}, 0, nan)
        measure.set_out(stage)
        refused = warm_up(stage) or misconfigured(block.variant, stage)
        if probe("cost", COST_RATE).invalid:
            return found
        tried: list[ladder.Tried] = []
        while rate := ladder.next_rate(block.start, block.step, tried):
            if (one := probe("rate", rate)).invalid:
                break
            tried.append(one.tried)
    return found


def warm_up(stage: Stage) -> str:
    """Why what follows would not be believed. How fast or slow it answers is not asked."""
    run = driven(stage.server, stage.k6, SCRIPT, {**WARM_UP, **of_items(stage)})
    stage.rows = database.count(stage.server.database)
    wrong = run.outcome if isinstance(run.outcome, str) else ""
    return wrong and f"in the warm-up: {wrong}"


def misconfigured(variant: Variant, stage: Stage) -> str:
    try:
        found = configuration.observed(stage.server)
    except configuration.SilentError as error:
        return str(error)
    venv = (SERVICES / variant.service / ".venv").resolve()
    return configuration.disagreement(found, configuration.planned(variant, str(venv)))


def of_items(stage: Stage) -> dict[str, object]:
    return {"IDS": stage.server.scratch / "ids.json", "ROWS": stage.rows}


def probed(block: Block, stage: Stage, goal: Goal, rate: float, refused: str) -> Probe:
    begun = Probe(
        round=block.number,
        candidate=block.candidate.name,
        goal=goal,
        rate=rate,
        seconds=block.seconds,
        started=measure.now(),
        invalid=refused,
    )
    if refused:
        return begun
    workers = configuration.workers(stage.server)
    users = COST_USERS if goal == "cost" else USERS
    settings = {"VUS": users, "RATE": rate, "DURATION": f"{block.seconds:g}s", **of_items(stage)}
    begin, mine = psutil.cpu_times(), usage.reaped_cpu_seconds()
    run = driven(stage.server, stage.k6, SCRIPT, settings)
    mine = usage.reaped_cpu_seconds() - mine + run.service_cpu
    strange = others.share(begin, psutil.cpu_times(), mine)
    outcome, before = run.outcome, stage.rows
    stage.rows = database.count(stage.server.database)
    if isinstance(outcome, str):
        return begun.model_copy(update={"invalid": outcome})
    wrong = unbelievable(outcome, before, stage.rows, goal)
    if configuration.workers(stage.server) != workers:
        wrong = "a worker ended, and another took its place"
    return begun.model_copy(update={"invalid": wrong, "others_cpu_share": strange, **figures(run, outcome)})


def figures(run: Run, outcome: k6.Outcome) -> dict[str, float]:
    machine = run.seconds * usage.cores()
    at = dict(zip(PERCENTS, outcome.quantiles_ms, strict=True))
    return {
        "requests": outcome.requests,
        "failed_checks": sum(outcome.failed.values()),
        "dropped": outcome.dropped,
        "requests_per_second": outcome.requests / outcome.seconds if outcome.seconds else nan,
        "p50_ms": at[50],
        "p99_ms": at[99],
        "cpu_ms_per_request": run.service_cpu * 1000 / outcome.requests if outcome.requests else nan,
        "service_cpu_share": run.service_cpu / machine,
        "k6_cpu_share": run.k6_cpu / machine,
    }


def unbelievable(outcome: k6.Outcome, before: int, rows: int, goal: Goal) -> str:
    """A rate that is too high may fail in any way, and says so; a low one must not."""
    if goal == "cost":
        return gates.unanswered(outcome, None) or gates.disagreeing(rows, before + measure.added(outcome), 0)
    return "" if outcome.failed else gates.disagreeing(rows, before + measure.added(outcome), 0)
