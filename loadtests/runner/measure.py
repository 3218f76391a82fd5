"""Fill a started service with the dataset, warm it up, and measure one scenario after the other."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from math import nan
from typing import Any

from loadtests.runner import database, k6, usage
from loadtests.runner.drive import Run, driven
from loadtests.runner.launch import LaunchError, Server
from loadtests.runner.plan import Plan, Scenario
from loadtests.runner.process import tail
from loadtests.runner.sample import Cell, Sample
from loadtests.runner.stats import PERCENTS


@dataclass
class Stage:
    """A service with its dataset, and how many items its database holds."""

    server: Server
    k6: str
    rows: int = 0


def load(server: Server, plan: Plan, k6_binary: str) -> Stage:
    stage = Stage(server, k6_binary)
    run = driven(stage.server, stage.k6, "load_items", {"ITERATIONS": plan.records})
    ids = database.ids(server.database)
    if wrong := fault(run.outcome, plan.records, len(ids), plan.records):
        raise LaunchError(f"{server.service} did not take the dataset: {wrong}.\n{tail(server.log)}")
    (stage.server.scratch / "ids.json").write_text(json.dumps(ids))
    stage.rows = len(ids)
    return stage


def warm_up(stage: Stage, plan: Plan) -> None:
    warm = plan.warm_up
    settings = {"VUS": warm.users, "DURATION": f"{warm.seconds:g}s", "ITERATIONS": warm.lists}
    driven(stage.server, stage.k6, "warm_up", settings)


def measure(cell: Cell, scenario: Scenario, stage: Stage) -> Sample:
    began = datetime.now(UTC).isoformat(timespec="seconds")
    settings: dict[str, object] = {"VUS": scenario.users, "IDS": stage.server.scratch / "ids.json"}
    if scenario.iterations is None:
        settings["DURATION"] = f"{scenario.seconds:g}s"
    else:
        settings["ITERATIONS"] = scenario.iterations
    run = driven(stage.server, stage.k6, cell.scenario, settings)
    expected = None if isinstance(run.outcome, str) else stage.rows + added(run.outcome)
    stage.rows = len(database.ids(stage.server.database))
    return Sample(
        **cell._asdict(),
        service=stage.server.service,
        started=began,
        users=scenario.users,
        invalid=fault(run.outcome, scenario.iterations, stage.rows, expected),
        rows=stage.rows,
        rows_expected=expected,
        **figures(run),
    )


def added(outcome: k6.Outcome) -> int:
    return outcome.answers(201) - outcome.answers(204)


def fault(outcome: k6.Outcome | str, iterations: int | None, rows: int, expected: int | None) -> str:
    """Why the figures are not to be believed; nothing if they are."""
    if isinstance(outcome, str):
        return outcome
    if outcome.failed:
        failed = ", ".join(f"{check}: {count:,}" for check, count in outcome.failed.items())
        return f"{sum(outcome.failed.values()):,} failed checks ({failed})"
    if outcome.requests == 0 or (iterations is not None and outcome.requests != iterations):
        return f"k6 made {outcome.requests:,} requests of {iterations or 'many'}"
    if rows != expected:
        return f"the database holds {rows:,} items where the answers add up to {expected:,}"
    return ""


def figures(run: Run) -> dict[str, Any]:
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
    return used | {
        "requests": outcome.requests,
        "failed_checks": sum(outcome.failed.values()),
        "seconds": outcome.seconds,
        "requests_per_second": outcome.requests / outcome.seconds if outcome.seconds else nan,
        "mean_ms": outcome.mean_ms,
        "p50_ms": at[50],
        "p95_ms": at[95],
        "p99_ms": at[99],
        "max_ms": outcome.max_ms,
        "quantiles_ms": outcome.quantiles_ms,
        "cpu_ms_per_request": run.service_cpu * 1000 / outcome.requests if outcome.requests else nan,
    }
