"""A block: one start of a variant, and all its scenarios in one round."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from types import TracebackType
from typing import Self

from harness import database, usage
from harness.container import VENV, contained
from harness.server import Server, launched
from loadtests.runner import cells, configuration, filling, floor, measure, past
from loadtests.runner.configuration import PROBE
from loadtests.runner.measure import Stage
from loadtests.runner.past import Past
from loadtests.runner.plan import Variant
from loadtests.runner.progress import Progress
from loadtests.runner.record import Run
from loadtests.runner.sample import Cell, Sample
from loadtests.runner.twins import twin


@dataclass
class Bench:
    """What all blocks of a run share."""

    run: Run
    k6: str
    ceilings: Mapping[str, float]
    progress: Progress
    past: Past
    folder: TemporaryDirectory[str] = field(default_factory=lambda: TemporaryDirectory(prefix="datasets-"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.folder.cleanup()

    def dataset(self, variant: Variant, where: str) -> Path | None:
        """A database of this version of a service with the dataset in it, for the plan that copies one."""
        if self.run.plan.dataset == "loaded" or variant.floor:
            return None
        records = self.run.plan.records_of(variant)
        path = Path(self.folder.name, f"{past.named(variant)}-{records}.db")
        if not path.exists():
            self.progress.now(f"{where}: make its dataset")
            # Nothing is measured here, and nothing is lost if the power is cut.
            unsafe = {"SQLITE_SYNCHRONOUS": "OFF"}
            with launched(variant.service, unsafe, self.past.root(variant)) as server:
                if records < filling.LARGE:
                    filling.load(server, records, self.k6)
                database.copy(server.database, path)
            if records >= filling.LARGE:
                filling.write(path, records, lambda done: self.progress.show(f"{where}: {done}"))
        return path


def measure_block(bench: Bench, block: Sequence[Cell]) -> None:
    chosen, progress = bench.run.plan, bench.progress
    number, name = cells.block_of(block[0])
    variant, pauses = chosen.variants[name], chosen.pauses
    where = f"{name}, round {number} of {chosen.rounds}"
    dataset = bench.dataset(variant, where)
    progress.now(f"{where}: start")
    with start(variant, dataset, bench.past.root(variant)) as server:
        order = cells.order(chosen, number).index(name) + 1
        stage = Stage(server, bench.k6, bench.ceilings, order, usage.memory_mib(server.pid)[0])
        sleep(pauses.after_start)
        if chosen.dataset == "loaded" and not variant.floor:
            progress.now(f"{where}: load the dataset")
            filling.load(server, chosen.records_of(variant), bench.k6)
            sleep(pauses.after_load)
        measure.set_out(stage)
        progress.now(f"{where}: warm up")
        warm_up = floor.warm_up if variant.floor else measure.warm_up
        refused = warm_up(stage, chosen) or misconfigured(bench, name, server)
        sleep(pauses.after_warm_up)
        measured: list[Sample] = []
        for cell in block:
            if cells.passed(cell, measured):
                progress.skip()
                continue
            progress.now(f"{where}: {cell.scenario}" + (f", {cell.rate:g} a second" if cell.rate else ""))
            measured.append(measure_cell(bench, cell, stage, refused))
            bench.run.add(measured[-1])
            sleep(pauses.between_scenarios)


def start(variant: Variant, dataset: Path | None, root: Path) -> AbstractContextManager[Server]:
    """However a variant is started, from here on it is a server with a master process and a database file."""
    cores = usage.split()
    if variant.docker:
        return contained(
            variant.service, variant.settings, dataset=dataset, probe=PROBE, cores=cores and cores.service
        )
    return launched(
        variant.service,
        variant.settings,
        root,
        application=application(variant),
        probe=PROBE,
        dataset=dataset,
        cores=cores and cores.service,
    )


def application(variant: Variant) -> Sequence[str]:
    """The words for another than the service's own."""
    if variant.twin:
        return twin(variant.service)
    return floor.words(variant.service) if variant.floor else ()


def misconfigured(bench: Bench, name: str, server: Server) -> str:
    """Where what runs is not what the plan says; what runs is noted with the machine."""
    variant = bench.run.plan.variants[name]
    try:
        found = configuration.told(variant, configuration.observed(server))
    except configuration.SilentError as error:
        return str(error)
    bench.run.note_configuration(name, configuration.public(found))
    venv = VENV if variant.docker else str(bench.past.venv(variant))
    planned = configuration.planned(variant, venv, bench.past.servers(variant))
    return configuration.disagreement(found, planned)


def measure_cell(bench: Bench, cell: Cell, stage: Stage, refused: str) -> Sample:
    scenario = bench.run.plan.scenarios[cell.scenario]
    if refused:
        return measure.sample(cell, scenario, stage, measure.now(), refused)
    before = configuration.workers(stage.server)
    sample = measure.measure(cell, scenario, stage)
    if not sample.invalid and configuration.workers(stage.server) != before:
        return sample.model_copy(update={"invalid": "a worker ended, and another took its place"})
    return sample
