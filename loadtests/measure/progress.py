"""What is being done, and how long it still takes: a bar in a terminal, else a line for each step."""

import time
from collections.abc import Iterator, Sequence
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar

from loadtests.measure import dataset, variants
from loadtests.measure.plan import GIVEN, SQLITE, Plan, Scenario, Variant, blocks
from loadtests.measure.sample import Cell

# Seconds, as far as one can tell before anything is measured
STARTING = 2.0
BEGINNING = 0.5  # k6
LOADING = 0.003  # an item
WRITING = 0.000005  # an item, past the service
EACH = 0.002  # a request
LISTING = 0.03  # a request for all items


Made = tuple[str, int, str]


def made_for(plan: Plan, variant: Variant) -> Made | None:
    """Variants of which this is the same share a dataset, of so many records; None: it begins without."""
    copied = plan.dataset == "copied"
    if not (copied or variant.stands_alone) or variant.is_guest or variant.application == "floor":
        return None
    where = variant.database if variant.database in (SQLITE, GIVEN) else "postgresql"
    return variants.version(variant), plan.records_of(variant) if copied else 0, where


def steps(plan: Plan, todo: Sequence[Cell]) -> Iterator[float]:
    """How long each of them is likely to take."""
    pauses = plan.pauses
    datasets: set[Made] = set()
    for block in blocks(todo):
        variant = plan.variants[block[0].variant]
        records, is_floor = plan.records_of(variant), variant.application == "floor"
        made = made_for(plan, variant)
        if made and made not in datasets:
            datasets.add(made)
            yield STARTING + made[1] * (LOADING if made[1] < dataset.LARGE else WRITING)
        yield STARTING + pauses.after_start
        if (plan.dataset == "loaded" or variant.is_guest) and not is_floor:
            yield records * LOADING + pauses.after_load
        lists = 0 if is_floor else plan.warm_up.lists
        yield plan.warm_up.seconds + lists * LISTING + pauses.after_warm_up
        for cell in block:
            yield expected(cell, plan.scenarios[cell.scenario]) + pauses.between_scenarios


def expected(cell: Cell, scenario: Scenario) -> float:
    if scenario.seconds is not None:
        return BEGINNING + scenario.seconds
    return BEGINNING + (scenario.iterations or 0) * (LISTING if cell.scenario == "list_items" else EACH)


class Progress:
    """Told of every step in the order of `ahead`, which has the seconds that each is likely to take."""

    def __init__(self, console: Console, ahead: Sequence[float]) -> None:
        self.console, self.ahead = console, list(ahead)
        self.done = self.took = 0.0  # seconds of the steps that are over: likely ones, and real ones
        self.begun: float | None = None
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24))
        # Twice a second: drawing costs time of the machine that is being measured
        self.bar = Bar(
            *columns,
            TextColumn("{task.fields[left]} left"),
            console=console,
            transient=True,
            refresh_per_second=2,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("", left="")

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def now(self, what: str) -> None:
        """The next step begins, and with it the one before it has ended."""
        if self.begun is not None:
            self.done += self.ahead.pop(0)
            self.took += time.monotonic() - self.begun
        self.begun = time.monotonic()
        self.show(what)

    def skip(self) -> None:
        """The step after the one that has begun will not be done."""
        del self.ahead[1]

    def show(self, what: str) -> None:
        """How far the step is."""
        ahead, pace = sum(self.ahead), self.took / self.done if self.done else 1.0
        left = duration(ahead * pace)
        self.bar.update(self.task, description=what, completed=self.done, total=self.done + ahead, left=left)
        if not self.console.is_terminal:
            self.console.print(f"{what} … {left} left", highlight=False, markup=False)


def duration(seconds: float) -> str:
    minutes, rest = divmod(max(round(seconds), 1), 60)
    return f"about {minutes} min {rest} s" if minutes else f"about {rest} s"
