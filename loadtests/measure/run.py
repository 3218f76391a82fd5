"""The folder of a run: written as it goes, so that what was measured is never lost."""

import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from harness import files
from harness.service import ROOT
from loadtests.measure import plan as plans
from loadtests.measure.placement import Placement, recorded
from loadtests.measure.plan import Plan, block_of, blocks, cells
from loadtests.measure.sample import Cell, Reason, Sample
from loadtests.measure.variants import Declared

RESULTS = ROOT / "results"
LIMIT = 50.0  # the p99 in ms beyond which a rising rate does not rise further
UNFINISHED = Reason(code="unfinished")


class RunError(Exception):
    """A run that cannot be found, read or begun; its text is one line."""


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
    def placement(self) -> Placement:
        return recorded(self.machine)

    @property
    def services(self) -> dict[str, Declared]:
        """What each version of a service said of itself; variants.version() names them."""
        return {name: Declared.model_validate(table) for name, table in self.machine["services"].items()}

    @property
    def ceilings(self) -> dict[str, float]:
        """By script, requests per second of k6 against a server that does nothing."""
        path = self.folder / "yardsticks.json"
        yardsticks: dict[str, dict[str, float]] = json.loads(path.read_text()) if path.exists() else {}
        return yardsticks.get("ceiling_per_second", {})

    @property
    def samples(self) -> list[Sample]:
        """Of a run that goes on in samples.jsonl, line by line; of one that is over in samples.jsonl.gz.

        A line without its end was cut off while it was written: it is none. Raises RunError.
        """
        packed = self.folder / "samples.jsonl.gz"
        text = gzip.decompress(packed.read_bytes()) if packed.exists() else self._lines.read_bytes()
        try:
            return [Sample.model_validate_json(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]
        except ValidationError as error:
            name = f"results/{self.name}/samples.jsonl"
            raise RunError(f"{name} holds a line that is no sample: {error.errors()[0]['msg']}") from error

    @property
    def _lines(self) -> Path:
        return self.folder / "samples.jsonl"

    @property
    def remaining(self) -> list[Cell]:
        return remaining(self.plan, self.samples)

    def add(self, sample: Sample) -> None:
        with self._lines.open("a") as file:
            file.write(f"{sample.model_dump_json()}\n")

    def note(self, **facts: Any) -> None:
        """What became known of the machine while the run went on."""
        files.write(self.folder / "machine.json", as_json({**self.machine, **facts}))

    def note_configuration(self, variant: str, facts: Mapping[str, Any]) -> None:
        configuration = self.machine.get("configuration", {})
        if variant not in configuration:
            self.note(configuration={**configuration, variant: facts})

    def note_ceilings(self, ceilings: Mapping[str, float]) -> None:
        files.write(self.folder / "yardsticks.json", as_json({"ceiling_per_second": ceilings}))

    def pack(self) -> None:
        """Nothing is added any more. The same samples are the same bytes."""
        if self._lines.exists():
            files.write(self.folder / "samples.jsonl.gz", gzip.compress(self._lines.read_bytes(), mtime=0))
            self._lines.unlink()

    def reopen(self) -> None:
        """A block is measured again as a whole: what there is of it is kept, but is part of no figure."""
        again = {block_of(cell) for cell in self.remaining}
        samples = [
            sample.model_copy(update={"invalid": sample.invalid or UNFINISHED})
            if block_of(sample.cell) in again
            else sample
            for sample in self.samples
        ]
        files.write(self._lines, "".join(f"{sample.model_dump_json()}\n" for sample in samples))
        (self.folder / "samples.jsonl.gz").unlink(missing_ok=True)

    def discard(self) -> None:
        shutil.rmtree(self.folder)


def remaining(plan: Plan, samples: Iterable[Sample]) -> list[Cell]:
    """Whole blocks: a randomised block is complete, and what one start measured stays together."""
    valid = [sample for sample in samples if not sample.invalid]
    measured = {sample.cell for sample in valid}
    return [
        cell
        for block in blocks(cells(plan))
        if not all(cell in measured or passed(cell, valid) for cell in block)
        for cell in block
    ]


def passed(cell: Cell, samples: Iterable[Sample]) -> bool:
    """Whether a lower rate was already too high."""
    return any(
        sample.cell[:3] == cell[:3]
        and sample.rate < cell.rate
        and bool(sample.invalid or sample.dropped or sample.p99_ms > LIMIT)
        for sample in samples
    )


def begun(plan: Plan, machine: Mapping[str, Any]) -> Run:
    folder = RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{plan.name}"
    folder.mkdir(parents=True)
    (folder / "machine.json").write_text(as_json(machine))
    (folder / "samples.jsonl").touch()
    (folder / "plan.toml").write_text(plans.as_toml(plan))  # last: a folder with a plan is a run
    return Run(folder, plan)


def read(name: str, results: Path | None = None) -> Run:
    """By the name of its folder, or by the path to it, as a shell completes it."""
    folder = (results or RESULTS) / Path(name).name
    if not (folder / "plan.toml").exists():
        raise RunError(f"{name} is not a run. The newest ones: {', '.join(names()[-3:]) or 'none yet'}")
    return Run(folder, plans.parsed((folder / "plan.toml").read_text(), folder.name))


def latest_unfinished(services: Sequence[str], plan: str | None) -> Run:
    """Of these services, if any are named, and of this plan, if one is."""
    for name in reversed(names()):
        run = read(name)
        matches = not services or sorted(services) == sorted(run.plan.variants)
        if matches and plan in (None, run.plan.name) and run.remaining:
            return run
    raise RunError("There is no unfinished run to resume.")


def latest() -> Run:
    """Of those that are complete."""
    for name in reversed(names()):
        if not (run := read(name)).remaining:
            return run
    raise RunError("No run is finished. To measure one: just bench")


def names() -> list[str]:
    return sorted(path.parent.name for path in RESULTS.glob("*/plan.toml"))


@contextmanager
def alone() -> Iterator[None]:
    """Two that measure at once measure each other. The lock goes with its process."""
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / ".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise RunError(
                f"Another `just bench` runs here, process {lock.read().strip()}: two would measure each other"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def as_json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
