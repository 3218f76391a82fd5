"""What is being done, and how long it still takes: a bar in a terminal, else a line for each step."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.progress_bar import ProgressBar
from rich.text import Text

from loadtests.measure import dataset, variants
from loadtests.measure.plan import Plan, Scenario, blocks
from loadtests.measure.sample import Cell

# Seconds, until there is a measured value
STARTING = 2.0
BEGINNING = 0.5  # k6
LOADING = 0.003  # an item
WRITING = 0.000005  # an item, past the service
EACH = 0.002  # a request
LISTING = 0.03  # a request for all items


@dataclass(frozen=True)
class Step:
    variant: str
    name: str
    seconds: float


def steps(plan: Plan, todo: Sequence[Cell]) -> list[Step]:
    pauses, ahead = plan.pauses, []
    datasets: set[tuple[str, int]] = set()
    for block in blocks(todo):
        variant = block[0].variant
        records = plan.records_of(plan.variants[variant])
        is_floor = plan.variants[variant].application == "floor"
        made = (variants.version(plan.variants[variant]), records)
        if plan.dataset == "copied" and not is_floor and made not in datasets:
            datasets.add(made)
            making = records * (LOADING if records < dataset.LARGE else WRITING)
            ahead.append(Step(variant, "dataset", STARTING + making))
        ahead.append(Step(variant, "start", STARTING + pauses.after_start))
        if plan.dataset == "loaded" and not is_floor:
            ahead.append(Step(variant, "load", records * LOADING + pauses.after_load))
        lists = 0 if is_floor else plan.warm_up.lists
        warming = plan.warm_up.seconds + lists * LISTING + pauses.after_warm_up
        ahead.append(Step(variant, "warm up", warming))
        for cell in block:
            seconds = expected(cell, plan.scenarios[cell.scenario]) + pauses.between_scenarios
            ahead.append(Step(variant, f"{cell.scenario} {cell.rate:g}", seconds))
    return ahead


def expected(cell: Cell, scenario: Scenario) -> float:
    if scenario.seconds is not None:
        return BEGINNING + scenario.seconds
    return BEGINNING + (scenario.iterations or 0) * (LISTING if cell.scenario == "list_items" else EACH)


def left(ahead: Sequence[Step], took: dict[tuple[str, str], float]) -> float:
    """Seconds for the steps ahead, by what such a step took the last time where it has been done."""
    means = {name: fmean(took[key] for key in took if key[1] == name) for name in {name for _, name in took}}
    return sum(took.get((step.variant, step.name), means.get(step.name, step.seconds)) for step in ahead)


class Progress:
    """Told of every step in the order of `ahead`."""

    def __init__(self, console: Console, ahead: Sequence[Step]) -> None:
        self.console = console
        self.ahead = list(ahead)
        self.took: dict[tuple[str, str], float] = {}
        self.done = 0.0
        self.begun = False
        self.since = time.monotonic()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), Track(self), Left(self))
        # Twice a second: drawing costs time of the machine that is being measured
        self.bar = Bar(*columns, console=console, transient=True, refresh_per_second=2)
        self.task = self.bar.add_task("", total=None)

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self.bar.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.console.is_terminal:
            self.bar.stop()

    def now(self, what: str) -> None:
        """The next step begins, and with it the one before it has ended."""
        self.end()
        self.begun = True
        self.show(what)

    def aside(self, what: str) -> None:
        """Something short, between two steps, that is none of them."""
        self.end()
        self.begun = False
        self.show(what)

    def end(self) -> None:
        if self.begun:
            step = self.ahead.pop(0)
            self.took[step.variant, step.name] = took = time.monotonic() - self.since
            self.done += took
        self.since = time.monotonic()

    def show(self, what: str) -> None:
        """How far the step is."""
        self.bar.update(self.task, description=what)
        if not self.console.is_terminal:
            self.console.print(f"{what} … {shown(self.left)} left", highlight=False, markup=False)

    def skip(self) -> None:
        """The step after the one that has begun will not be done."""
        del self.ahead[1 if self.begun else 0]

    @property
    def left(self) -> float:
        passed = time.monotonic() - self.since
        return max(left(self.ahead, self.took) - passed, left(self.ahead[1:], self.took))

    @property
    def share(self) -> float:
        passed = self.done + time.monotonic() - self.since
        return passed / max(passed + self.left, 1e-9)


class Track(ProgressColumn):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def render(self, _task: Task) -> ProgressBar:
        return ProgressBar(total=1, completed=self.progress.share, width=24)


class Left(ProgressColumn):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress

    def render(self, _task: Task) -> Text:
        return Text(f"{shown(self.progress.left)} left")


def shown(seconds: float) -> str:
    minutes, rest = divmod(max(round(seconds), 1), 60)
    return f"about {minutes} min {rest} s" if minutes else f"about {rest} s"
