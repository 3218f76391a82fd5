"""A block: one start of a variant, and all its scenarios in one round."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from math import nan
from pathlib import Path
from time import sleep
from typing import Any

from rich.console import Console

from harness import database, usage
from harness.database import Database
from harness.k6 import PERCENTS, Outcome
from harness.process import tail
from harness.server import Server, launched
from harness.service import LaunchError
from loadtests.measure import databases, dataset, facts, gates, generator, variants, wrk
from loadtests.measure.databases import Databases
from loadtests.measure.generator import Drive, driven, driven_by_wrk
from loadtests.measure.plan import GIVEN, SQLITE, Plan, Scenario, Variant, block_of, blocks, order
from loadtests.measure.progress import Progress, likely
from loadtests.measure.replicas import Replicas
from loadtests.measure.run import Run, passed
from loadtests.measure.sample import Cell, Reason, Sample
from loadtests.measure.variants import Folders

CERTIFICATE = len(generator.CERTIFIED) * (generator.CERTIFICATE + 1.0)  # seconds
MOST_IDS = 5000  # each of k6's users reads all of them

DatasetKey = tuple[str, int, str]  # the version of a service, its records, and the kind of its database


def made_for(plan: Plan, variant: Variant) -> DatasetKey | None:
    """Variants with the same key share a dataset; None where one begins without."""
    copied = plan.dataset == "copied"
    if not (copied or variant.stands_alone) or variant.is_guest or variant.application == "floor":
        return None
    kind = variant.database if variant.database in (SQLITE, GIVEN) else "postgresql"
    return variants.version(variant), plan.records_of(variant) if copied else 0, kind


@dataclass
class Bench:
    """What all blocks of a run share."""

    run: Run
    progress: Progress
    folders: Folders
    databases: Databases
    datasets: dict[DatasetKey, Database] = field(default_factory=dict)

    def dataset(self, variant: Variant, title: str) -> Database | None:
        """A database of this version of a service, for the plan that copies one with the dataset in it.

        What stands alone makes no table by itself: its service makes the database, on the service's packages.
        """
        if (key := made_for(self.run.plan, variant)) is None:
            return None
        if key not in self.datasets:
            self.progress.now(f"{title}: make its dataset")
            if variant.database == SQLITE:
                self.datasets[key] = self.on_file(variant, key[1], title)
            else:
                self.datasets[key] = self.on_server(variant, key[1])
        return self.datasets[key]

    def on_file(self, variant: Variant, records: int, title: str) -> Path:
        path = self.folders.scratch / f"{len(self.datasets)}.db"
        # Nothing is measured here, and nothing is lost if the power is cut.
        unsafe = {"SQLITE_SYNCHRONOUS": "OFF"}
        with launched(variant.service, unsafe, self.folders.root(variant)) as server:
            if 0 < records < dataset.LARGE:
                load(server, records)
            database.copy(server.database, path)
        if records >= dataset.LARGE:
            dataset.write(path, records, lambda step: self.progress.now(f"{title}: {step}"))
        return path

    def on_server(self, variant: Variant, records: int) -> str:
        url = self.databases.empty(variant.database)
        with launched(variant.service, {"DATABASE_URL": url}, self.folders.root(variant)) as server:
            load(server, records)
        database.settle(url)
        return url


@dataclass
class Stage:
    """A service with its dataset, and how many items its database holds."""

    bench: Bench
    server: Server
    variant: Variant
    order: int
    idle_memory_mib: float
    round_trip_ms: float
    rows: int = 0

    @cached_property
    def ids(self) -> list[int]:
        """Of the dataset."""
        return self.server.ids(MOST_IDS)


def measure_all(run: Run, folders: Folders, screen: Console, given: str | None = None) -> None:
    """What of the run is not measured yet; `given` is the URL of a PostgreSQL server."""
    todo = blocks(run.remaining)
    ahead = [] if run.ceilings else [CERTIFICATE]
    ahead += [likely(run.plan, block) for block in todo]
    with ExitStack() as running, Progress(screen, ahead) as progress:
        if not run.ceilings:
            progress.now("find out how much k6 can do")
            run.note_ceilings(generator.certified(run.placement))
            progress.next()
        bench = Bench(run, progress, folders, Databases(given, running))
        for block in todo:
            measure(bench, block)
            progress.next()


def measure(bench: Bench, block: Sequence[Cell]) -> None:
    plan, progress = bench.run.plan, bench.progress
    number, name = block_of(block[0])
    variant, pauses = plan.variants[name], plan.pauses
    title = f"{name}, round {number} of {plan.rounds}"
    copied = bench.dataset(variant, title)
    progress.now(f"{title}: start")
    file = copied if isinstance(copied, Path) else None
    with (
        bench.databases.fresh(variant.database, copied) as env,
        variants.start(variant, file, bench.folders, env, bench.run.placement) as server,
    ):
        place, round_trip = order(plan, number).index(name) + 1, databases.round_trip_ms(server.storage)
        stage = Stage(bench, server, variant, place, server.memory_mib(), round_trip)
        sleep(pauses.after_start)
        if (plan.dataset == "loaded" or variant.is_guest) and variant.application != "floor":
            progress.now(f"{title}: load the dataset")
            load(server, plan.records_of(variant))
            sleep(pauses.after_load)
        (server.scratch / "ids.json").write_text(json.dumps(stage.ids))
        stage.rows = server.count()
        server.settle()
        progress.now(f"{title}: warm up")
        refused = warm_up(stage) or misconfigured(stage, name)
        sleep(pauses.after_warm_up)
        measured: list[Sample] = []
        for cell in block:
            if passed(cell, measured):
                continue
            progress.now(f"{title}: {cell.scenario}" + (f", {cell.rate:g} a second" if cell.rate else ""))
            measured.append(measure_cell(cell, stage, refused))
            bench.run.add(measured[-1])
            sleep(pauses.between_scenarios)


def load(server: Server, records: int) -> None:
    """The dataset, through the service."""
    before = server.count()
    run = driven(server, "load_items", {"ITERATIONS": records})
    wrong = gates.unanswered(run.outcome, records)
    if wrong := wrong or gates.disagreeing(server.count() - before, records, 0):
        raise LaunchError(
            f"{server.service} did not take the dataset: {gates.sentence(wrong)}.\n{tail(server.log)}"
        )


def warm_up(stage: Stage) -> Reason | None:
    """Why what follows would not be believed; None if it may be."""
    warm, server = stage.bench.run.plan.warm_up, stage.server
    settings: dict[str, object] = {"VUS": warm.users, "DURATION": f"{warm.seconds:g}s"}
    if stage.variant.application == "floor":
        wrong = gates.unanswered(driven(server, "hello", settings).outcome, None)
    else:
        settings |= {"ITERATIONS": warm.lists} | ({"LIMIT": warm.limit} if warm.limit else {})
        wrong = gates.unanswered(driven(server, "warm_up", settings, "list_items").outcome, warm.lists)
    return wrong and Reason(code=wrong.code, numbers={"in": "warm-up", **wrong.numbers})


def misconfigured(stage: Stage, name: str) -> Reason | None:
    """Where what runs is not what the plan says; what runs is noted with the machine."""
    if stage.variant.is_guest:
        stage.bench.run.note_configuration(name, {"server": stage.variant.command or stage.variant.url})
        return None
    observed, folders = facts.running(stage.server, stage.variant), stage.bench.folders
    if isinstance(observed, Reason):
        return observed
    stage.bench.run.note_configuration(name, facts.public(observed))
    planned = facts.planned(stage.variant, folders.venv(stage.variant), folders.of(stage.variant))
    return facts.disagreement(observed, planned)


def measure_cell(cell: Cell, stage: Stage, refused: Reason | None) -> Sample:
    bench, plan, server = stage.bench, stage.bench.run.plan, stage.server
    scenario, operation = plan.scenarios[cell.scenario], plan.operation(cell.scenario)
    sample = Sample(
        **cell._replace(rate=cell.rate or nan)._asdict(),
        service=server.service,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        users=scenario.users,
        order=stage.order,
        idle_memory_mib=stage.idle_memory_mib,
        round_trip_ms=stage.round_trip_ms,
    )
    if scenario.generator == "wrk":
        refused = refused or wrk.wrong_answer(server.url, operation)
    if refused:
        return sample.model_copy(update={"invalid": refused})
    workers, before = sorted(server.workers()), stage.rows
    clocks = beside(bench.databases, stage.variant, server)
    if scenario.generator == "wrk":
        run = driven_by_wrk(server, operation, scenario.users, scenario.seconds or nan)
    else:
        hosts = bench.run.placement.load_from
        run = driven(server, operation, settings(cell, scenario, stage), hosts=hosts)
    after = beside(bench.databases, stage.variant, server)
    outcome, stage.rows = run.outcome, server.count()
    figures = used(run) | ({} if isinstance(outcome, str) else figures_of(outcome, run, cell, stage))
    if requests := figures.get("requests"):
        figures |= {name: (after[name] - clocks[name]) * 1000 / requests for name in after}
    expected = None if isinstance(outcome, str) else before + outcome.answers(201) - outcome.answers(204)
    wrong = (
        gates.unanswered(outcome, scenario.iterations, scenario.generator)
        or gates.disagreeing(stage.rows, expected, lost(operation, outcome, stage))
        or gates.lawless(figures.get("little", nan))
        or (None if sorted(server.workers()) == workers else Reason(code="worker"))
    )
    bound = gates.bound(cell, scenario, figures)
    counted = {"invalid": wrong, "bound": bound, "rows": stage.rows, "rows_expected": expected}
    return sample.model_copy(update=counted | figures)


def beside(databases: Databases, variant: Variant, server: Server) -> dict[str, float]:
    """The processor time, so far, of what works beside the service: by the name that it has of a request."""
    return {
        "database_cpu_ms_per_request": databases.clock(variant.database),
        "nginx_cpu_ms_per_request": usage.cpu_seconds(server.pid) if isinstance(server, Replicas) else nan,
    }


def settings(cell: Cell, scenario: Scenario, stage: Stage) -> dict[str, object]:
    """The variables of the k6 script; those that are None are left out."""
    variables = {
        "VUS": scenario.users,
        "IDS": stage.server.scratch / "ids.json",
        "ROWS": stage.rows,
        "DURATION": scenario.seconds and f"{scenario.seconds:g}s",
        "ITERATIONS": scenario.iterations,
        "LIMIT": scenario.limit,
        "RATE": cell.rate or None,
    }
    return {name: value for name, value in variables.items() if value is not None}


def lost(operation: str, outcome: Outcome | str, stage: Stage) -> int:
    """How many items do not hold what was written to them."""
    if operation != "replace_item" or isinstance(outcome, str):
        return 0
    written = dataset.replacements(stage.ids, outcome.iterations)
    return len(dataset.lost(written, stage.server.records(written)))


def used(run: Drive) -> dict[str, Any]:
    machine = run.seconds * usage.cores()
    return {
        "service_cpu_share": run.service_cpu / machine,
        "k6_cpu_share": run.k6_cpu / machine,
        "memory_mib": run.memory[0],
        "memory_kind": run.memory[1],
    }


def figures_of(outcome: Outcome, run: Drive, cell: Cell, stage: Stage) -> dict[str, Any]:
    """The figures of a sample."""
    scenario = stage.bench.run.plan.scenarios[cell.scenario]
    percentiles = dict(zip(PERCENTS, outcome.quantiles_ms, strict=True))
    per_second = outcome.requests / outcome.seconds if outcome.seconds else nan
    share = generator.share(stage.bench.run.ceilings, cell.scenario, per_second)
    halves = outcome.halves_ms if scenario.seconds else (nan, nan)
    return {
        "requests": outcome.requests,
        "failed_checks": sum(outcome.failed.values()),
        "seconds": outcome.seconds,
        "requests_per_second": per_second,
        "mean_ms": outcome.mean_ms,
        "p50_ms": percentiles[50],
        "p95_ms": percentiles[95],
        "p99_ms": percentiles[99],
        "max_ms": outcome.max_ms,
        "connect_ms": outcome.connect_ms,
        "quantiles_ms": outcome.quantiles_ms,
        "cpu_ms_per_request": run.service_cpu * 1000 / outcome.requests if outcome.requests else nan,
        "ceiling_share": share if scenario.generator == "k6" else nan,
        "dropped": outcome.dropped,
        "little": nan if cell.rate else gates.little(outcome, scenario.users),
        "first_half_ms": halves[0],
        "second_half_ms": halves[1],
    }
