"""Warm a service up that has its dataset, and measure one scenario after the other."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from math import nan
from typing import Any

from harness import database, k6, usage
from harness.k6 import PERCENTS
from harness.server import Server
from loadtests.runner import ceiling, dataset, gates
from loadtests.runner.drive import Run, driven
from loadtests.runner.plan import Plan, Scenario
from loadtests.runner.sample import Cell, Sample

MOST_IDS = 5000  # each of k6's users reads all of them


@dataclass
class Stage:
    """A service with its dataset, and how many items its database holds."""

    server: Server
    k6: str
    ceilings: Mapping[str, float]
    order: int
    idle_memory_mib: float
    rows: int = 0

    @cached_property
    def ids(self) -> list[int]:
        """Of the dataset."""
        return database.ids(self.server.database, MOST_IDS)


def set_out(stage: Stage) -> None:
    (stage.server.scratch / "ids.json").write_text(json.dumps(stage.ids))
    stage.rows = database.count(stage.server.database)
    database.settle(stage.server.database)


def warm_up(stage: Stage, plan: Plan) -> str:
    """Why what follows would not be believed; nothing if it may be."""
    warm = plan.warm_up
    settings = {"VUS": warm.users, "DURATION": f"{warm.seconds:g}s", "ITERATIONS": warm.lists}
    settings |= {"LIMIT": warm.limit} if warm.limit else {}
    run = driven(stage.server, stage.k6, "warm_up", settings, "list_items")
    wrong = gates.unanswered(run.outcome, warm.lists)
    return wrong and f"in the warm-up: {wrong}"


def measure(cell: Cell, scenario: Scenario, stage: Stage) -> Sample:
    began = now()
    run = driven(stage.server, stage.k6, cell.scenario, settings(cell, scenario, stage))
    outcome, before, stage.rows = run.outcome, stage.rows, database.count(stage.server.database)
    taken = figures(run, cell, scenario, stage)
    expected = None if isinstance(outcome, str) else before + added(outcome)
    wrong = (
        gates.unanswered(outcome, scenario.iterations)
        or gates.disagreeing(stage.rows, expected, lost(cell, outcome, stage))
        or gates.lawless(taken.get("little", nan))
    )
    mine = usage.split()
    of_k6 = len(mine.k6) / usage.cores() if mine else 1.0
    return sample(cell, scenario, stage, began, wrong).model_copy(
        update={
            "rows": stage.rows,
            "rows_expected": expected,
            "bound": gates.bound(cell, scenario, taken, of_k6),
            **taken,
        }
    )


def sample(cell: Cell, scenario: Scenario, stage: Stage, started: str, invalid: str) -> Sample:
    """With nothing measured yet."""
    return Sample(
        round=cell.round,
        variant=cell.variant,
        scenario=cell.scenario,
        rate=cell.rate or nan,
        service=stage.server.service,
        started=started,
        invalid=invalid,
        users=scenario.users,
        order=stage.order,
        idle_memory_mib=stage.idle_memory_mib,
    )


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def settings(cell: Cell, scenario: Scenario, stage: Stage) -> dict[str, object]:
    given: dict[str, object] = {"VUS": scenario.users, "IDS": stage.server.scratch / "ids.json"}
    given["ROWS"] = stage.rows
    if scenario.iterations is None:
        given["DURATION"] = f"{scenario.seconds:g}s"
    else:
        given["ITERATIONS"] = scenario.iterations
    return given | ({"RATE": cell.rate} if cell.rate else {})


def added(outcome: k6.Outcome) -> int:
    return outcome.answers(201) - outcome.answers(204)


def lost(cell: Cell, outcome: k6.Outcome | str, stage: Stage) -> int:
    """How many items do not hold what was written to them."""
    if cell.scenario != "replace_item" or isinstance(outcome, str):
        return 0
    written = dataset.replacements(stage.ids, outcome.requests)
    return len(dataset.lost(written, database.records(stage.server.database, written)))


def figures(run: Run, cell: Cell, scenario: Scenario, stage: Stage) -> dict[str, Any]:
    machine = run.seconds * usage.cores()
    used = {
        "service_cpu_share": run.service_cpu / machine,
        "k6_cpu_share": run.k6_cpu / machine,
        "memory_mib": run.memory_mib,
        "memory_kind": run.memory_kind,
    }
    if isinstance(outcome := run.outcome, str):
        return used
    at = dict(zip(PERCENTS, outcome.quantiles_ms, strict=True))
    per_second = outcome.requests / outcome.seconds if outcome.seconds else nan
    halves = outcome.halves_ms if scenario.seconds else (nan, nan)
    return used | {
        "requests": outcome.requests,
        "failed_checks": sum(outcome.failed.values()),
        "seconds": outcome.seconds,
        "requests_per_second": per_second,
        "mean_ms": outcome.mean_ms,
        "p50_ms": at[50],
        "p95_ms": at[95],
        "p99_ms": at[99],
        "max_ms": outcome.max_ms,
        "quantiles_ms": outcome.quantiles_ms,
        "cpu_ms_per_request": run.service_cpu * 1000 / outcome.requests if outcome.requests else nan,
        "ceiling_share": ceiling.share(stage.ceilings, cell.scenario, per_second),
        "dropped": outcome.dropped,
        "little": nan if cell.rate else gates.little(outcome, scenario.users),
        "first_half_ms": halves[0],
        "second_half_ms": halves[1],
    }
