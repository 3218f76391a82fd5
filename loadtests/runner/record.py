"""The folder of a run: written as it goes, so that what was measured is never lost."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from loadtests.runner import cells
from loadtests.runner import plan as plans
from loadtests.runner.plan import Plan
from loadtests.runner.sample import Cell, Sample

RESULTS = Path(__file__).parents[2] / "results"

HALF = "its block was not finished, and was measured again"


class RecordError(Exception):
    """A run that cannot be found or read; its text is one line."""


@dataclass(frozen=True)
class Run:
    folder: Path
    plan: Plan

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def machine(self) -> Mapping[str, Any]:
        machine: Mapping[str, Any] = json.loads((self.folder / "machine.json").read_text())
        return machine

    @property
    def samples(self) -> list[Sample]:
        path = self.folder / "samples.jsonl"
        return [Sample.model_validate_json(line) for line in path.read_text().splitlines()]

    @property
    def remaining(self) -> list[Cell]:
        return cells.remaining(self.plan, self.samples)

    def add(self, sample: Sample) -> None:
        with (self.folder / "samples.jsonl").open("a") as file:
            file.write(sample.model_dump_json() + "\n")

    def note(self, **facts: Any) -> None:
        """What became known of the machine while the run went on."""
        write(self.folder / "machine.json", json.dumps({**self.machine, **facts}, indent=2) + "\n")

    def note_configuration(self, variant: str, found: Mapping[str, Any]) -> None:
        known = self.machine.get("configuration", {})
        if variant not in known:
            self.note(configuration={**known, variant: found})

    def set_aside_half_blocks(self) -> None:
        """A block is measured again as a whole: what there is of it is kept, but is part of no figure."""
        again = {cells.block_of(cell) for cell in self.remaining}
        samples = [
            sample.model_copy(update={"invalid": sample.invalid or HALF})
            if cells.block_of(sample.cell) in again
            else sample
            for sample in self.samples
        ]
        write(self.folder / "samples.jsonl", "".join(sample.model_dump_json() + "\n" for sample in samples))


def begun(plan: Plan, machine: Mapping[str, Any], results: Path = RESULTS) -> Run:
    folder = new_folder(results / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{plan.name}")
    (folder / "machine.json").write_text(json.dumps(machine, indent=2) + "\n")
    (folder / "samples.jsonl").touch()
    (folder / "plan.toml").write_text(plans.as_toml(plan))  # last: a folder with a plan is a run
    return Run(folder, plan)


def found(name: str, results: Path = RESULTS) -> Run:
    folder = results / name
    try:
        _drop_torn_line(folder / "samples.jsonl")
        run = Run(folder, plans.parsed((folder / "plan.toml").read_text(), name))
        _ = run.samples
    except ValidationError as error:
        where = f"{results.name}/{name}/samples.jsonl"
        raise RecordError(f"{where} holds a line that is no sample: {error.errors()[0]['msg']}") from error
    return run


def latest_unfinished(services: Sequence[str], plan: str | None, results: Path = RESULTS) -> Run:
    """Of these services, if any are named, and of this plan, if one is."""
    for name in reversed(names(results)):
        run = found(name, results)
        wanted = not services or sorted(services) == sorted(run.plan.variants)
        if wanted and plan in (None, run.plan.name) and run.remaining:
            return run
    raise RecordError("There is no unfinished run to resume.")


def names(results: Path = RESULTS) -> list[str]:
    return sorted(path.parent.name for path in results.glob("*/plan.toml"))


def write(path: Path, text: str) -> None:
    """At once or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text)
    part.replace(path)


def new_folder(wanted: Path) -> Path:
    wanted.parent.mkdir(exist_ok=True)
    for number in count(2):
        try:
            wanted.mkdir()
        except FileExistsError:
            wanted = wanted.with_name(f"{wanted.name.removesuffix(f'-{number - 1}')}-{number}")
        else:
            break
    return wanted


def _drop_torn_line(path: Path) -> None:
    """A line without its end was cut off while it was written; its cell is measured again."""
    written = path.read_bytes()
    os.truncate(path, written.rfind(b"\n") + 1)
