"""What is measured once in every round beside the services, while nothing else runs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from loadtests.runner import commit, floor
from loadtests.runner.plan import Plan, Variant
from loadtests.runner.progress import Progress
from loadtests.runner.record import Run

Dataset = Callable[[Variant, str], Path | None]


class Yardstick(NamedTuple):
    name: str  # in machine.json: the ms of each round
    what: str
    ms: Callable[[], float]


def wanted(plan: Plan, dataset: Dataset) -> Iterator[Yardstick]:
    if service := floor.of_list(plan):
        yield Yardstick("list_floor_ms", "the floor of list_items", lambda: list_ms(service, dataset))
    if commit.wanted(plan):
        yield Yardstick("commit_ms", "a synced commit", commit.measured_ms)


def list_ms(service: str, dataset: Dataset) -> float:
    path = dataset(Variant(service=service), "the floor of list_items")
    assert path is not None  # noqa: S101 - such a plan copies one
    return floor.list_ms(service, path)


def measure(run: Run, number: int, dataset: Dataset, progress: Progress) -> None:
    """Those of this round that are not known yet: a run that goes on has some."""
    for each in wanted(run.plan, dataset):
        known = run.machine.get(each.name, {})
        if str(number) not in known:
            progress.aside(f"round {number} of {run.plan.rounds}: {each.what}")
            run.note(**{each.name: {**known, str(number): each.ms()}})
