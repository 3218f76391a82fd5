"""The folder of a search: results/<stamp>-tune-<service>/, written as it goes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan, nan
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from loadtests.report.ratios import ENOUGH
from loadtests.runner import record
from loadtests.runner.cells import LIMIT
from loadtests.runner.gates import BUSY
from loadtests.runner.record import RESULTS
from loadtests.runner.sample import Figure
from loadtests.tune.candidates import Candidate
from loadtests.tune.ladder import Tried

Goal = Literal["rate", "cost"]


class Probe(BaseModel):
    """One short measurement of a candidate: one line of probes.jsonl."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    round: int
    candidate: str
    goal: Goal
    rate: float  # requests per second that k6 was told to begin
    seconds: float
    started: str
    invalid: str = ""  # the reason, if nothing is to be concluded from it
    requests: int = 0
    failed_checks: int = 0
    dropped: int = 0
    requests_per_second: Figure = nan
    p50_ms: Figure = nan
    p99_ms: Figure = nan
    cpu_ms_per_request: Figure = nan
    service_cpu_share: Figure = nan  # of all cores
    k6_cpu_share: Figure = nan
    others_cpu_share: Figure = nan  # what neither of them used

    @property
    def passed(self) -> bool:
        return self.requests > 0 and not (self.failed_checks or self.dropped or self.p99_ms > LIMIT)

    @property
    def tried(self) -> Tried:
        return Tried(self.rate, self.passed)

    @property
    def bound(self) -> bool:
        """Whether the machine is at its limit, which k6 shares with the service."""
        return self.k6_cpu_share + self.service_cpu_share > BUSY


class Rung(BaseModel):
    candidates: list[str]
    rounds: list[int]
    seconds: float  # of a probe
    last: bool = False


class Tune(BaseModel):
    """What is searched, and how far it came: tune.json."""

    service: str
    seed: int
    minutes: float
    cost_rate: float  # requests per second at which the processor time is taken
    default: str
    candidates: dict[str, Candidate]
    of: int  # candidates that there are: fewer are drawn where the time does not suffice
    rungs: list[Rung] = []


@dataclass
class Search:
    folder: Path
    tune: Tune

    @property
    def machine(self) -> Mapping[str, Any]:
        machine: Mapping[str, Any] = json.loads((self.folder / "machine.json").read_text())
        return machine

    @property
    def probes(self) -> list[Probe]:
        lines = (self.folder / "probes.jsonl").read_text().splitlines()
        return [Probe.model_validate_json(line) for line in lines]

    def add(self, probe: Probe) -> None:
        with (self.folder / "probes.jsonl").open("a") as file:
            file.write(probe.model_dump_json() + "\n")

    def begin(self, rung: Rung) -> None:
        self.tune.rungs.append(rung)
        record.write(self.folder / "tune.json", self.tune.model_dump_json(indent=2) + "\n")


def begun(tune: Tune, machine: Mapping[str, Any], results: Path = RESULTS) -> Search:
    """Without a plan.toml, it is no run: what reads runs does not see it."""
    folder = record.new_folder(results / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-tune-{tune.service}")
    (folder / "machine.json").write_text(json.dumps(machine, indent=2) + "\n")
    (folder / "probes.jsonl").touch()
    record.write(folder / "tune.json", tune.model_dump_json(indent=2) + "\n")
    return Search(folder, tune)


def read(folder: Path) -> Search:
    return Search(folder, Tune.model_validate_json((folder / "tune.json").read_text()))


def newest(service: str, results: Path = RESULTS) -> Search | None:
    """Of those that went on to the end."""
    folders = sorted(path.parent for path in results.glob("*/tune.json"))
    found = (search for folder in reversed(folders) if finished((search := read(folder)).tune, search.probes))
    return next((search for search in found if search.tune.service == service), None)


def finished(tune: Tune, probes: Sequence[Probe]) -> bool:
    """Whether each round of the last rung was measured, of whatever candidates could be."""
    last = tune.rungs[-1:]
    if not last or not last[0].last:
        return False
    done = {
        probe.round
        for probe in probes
        if probe.candidate == tune.default and probe.goal == "cost" and not isnan(probe.cpu_ms_per_request)
    }
    return len(done.intersection(last[0].rounds)) >= ENOUGH
