"""The search itself: rung by rung, round by round, candidate by candidate."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import database
from harness.server import launched
from loadtests.runner import filling
from loadtests.runner.progress import Progress, Step
from loadtests.tune import figures, halving, ladder
from loadtests.tune.measure import Block, measure_block
from loadtests.tune.result import Rung, Search

RECORDS = 1500


@dataclass
class Running:
    search: Search
    k6: str
    dataset: Path
    progress: Progress
    ends: float  # by time.monotonic()

    def run(self) -> None:
        tune, there = self.search.tune, list(self.search.tune.candidates)
        ahead, number = halving.rungs(len(there)), 0
        while ahead:
            scores = [figures.scores(self.search.probes, there, goal) for goal in figures.GOALS]
            if self.search.probes:
                there = halving.kept(there, scores, ahead[0].keep, tune.default)
            seconds = halving.probe_seconds(
                self.ends - time.monotonic(), halving.blocks(ahead, len(tune.candidates))
            )
            rounds = list(range(number + 1, number + 1 + ahead[0].rounds))
            last = len(ahead) == 1
            self.search.begin(Rung(candidates=there, rounds=rounds, seconds=seconds, last=last))
            self.measure(there, rounds, seconds, halving.blocks(ahead[1:], len(there)))
            number = rounds[-1]
            ahead = ahead[1:]

    def measure(self, there: Sequence[str], rounds: Sequence[int], seconds: float, later: int) -> None:
        tune = self.search.tune
        blocks = [(number, name) for number in rounds for name in halving.order(there, tune.seed, number)]
        each = halving.block_seconds(seconds)
        self.progress.end()
        self.progress.begun = False
        ahead = [*(name for _, name in blocks), *[""] * later]
        self.progress.ahead = [Step(name, "block", each) for name in ahead]
        self.progress.aside(f"{len(there)} candidates, probes of {seconds:g} s")
        for number, name in blocks:
            left = f"{len(there)} candidates, round {number} of {self.rounds}"
            self.progress.now(f"{left}: {name}")
            measure_block(self.block(number, name, seconds), self.search.add)

    @property
    def rounds(self) -> int:
        return sum(rung.rounds for rung in halving.rungs(len(self.search.tune.candidates)))

    def block(self, number: int, name: str, seconds: float) -> Block:
        tune, probes = self.search.tune, self.search.probes
        candidate = tune.candidates[name]
        mine = list(figures.series(probes, name, "rate").values())
        others = [rate for each in tune.candidates for rate in figures.series(probes, each, "rate").values()]
        return Block(
            number=number,
            candidate=candidate,
            variant=candidate.variant(tune.service),
            dataset=self.dataset,
            k6=self.k6,
            seconds=seconds,
            start=ladder.start(mine, others),
            step=ladder.step(len(mine)),
        )


def dataset(service: str, k6_binary: str, folder: Path) -> Path:
    """A database of the service with the dataset in it, to be copied."""
    path = folder / "items.db"
    # Nothing is measured here, and nothing is lost if the power is cut.
    with launched(service, {"SQLITE_SYNCHRONOUS": "OFF"}) as server:
        filling.load(server, RECORDS, k6_binary)
        database.copy(server.database, path)
    return path


def run(search: Search, k6_binary: str, progress: Progress) -> None:
    ends = time.monotonic() + search.tune.minutes * 60
    with TemporaryDirectory(prefix="dataset-") as folder, progress:
        progress.ahead = [Step("", "block", search.tune.minutes * 60)]
        progress.aside("make the dataset")
        path = dataset(search.tune.service, k6_binary, Path(folder))
        Running(search, k6_binary, path, progress, ends).run()
