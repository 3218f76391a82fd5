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


def likely(plan: Plan, todo: Sequence[Cell]) -> Iterator[float]:
    """The seconds of each block."""
    pauses = plan.pauses
    datasets: set[Made] = set()
    for block in blocks(todo):
        variant = plan.variants[block[0].variant]
        seconds = STARTING * (variant.replicas or 1) + pauses.after_start
        seconds += plan.warm_up.seconds + pauses.after_warm_up
        seconds += sum(expected(cell, plan.scenarios[cell.scenario]) for cell in block)
        seconds += len(block) * pauses.between_scenarios
        if variant.application != "floor":
            seconds += plan.warm_up.lists * LISTING
            if plan.dataset == "loaded" or variant.is_guest:
                seconds += plan.records_of(variant) * LOADING + pauses.after_load
        if (made := made_for(plan, variant)) and made not in datasets:
            datasets.add(made)
            seconds += STARTING + made[1] * (LOADING if made[1] < dataset.LARGE else WRITING)
        yield seconds


def expected(cell: Cell, scenario: Scenario) -> float:
    if scenario.seconds is not None:
        return BEGINNING + scenario.seconds
    return BEGINNING + (scenario.iterations or 0) * (LISTING if cell.scenario == "list_items" else EACH)


class Progress:
    """`ahead` has the seconds that each block is likely to take."""

    def __init__(self, console: Console, ahead: Sequence[float]) -> None:
        self.console, self.ahead = console, list(ahead)
        self.done = self.took = 0.0  # seconds of the blocks that are over: likely ones, and real ones
        self.began = time.monotonic()
        # Twice a second: drawing costs time of the machine that is being measured
        self.bar = Bar(
            *(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(24)),
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

    def next(self) -> None:
        """A block is over."""
        self.done += self.ahead.pop(0)
        self.took = time.monotonic() - self.began

    def now(self, what: str) -> None:
        pace = self.took / self.done if self.done else 1.0
        begun = min((time.monotonic() - self.began - self.took) / pace, self.ahead[0])  # of this block
        total = self.done + sum(self.ahead)
        left = duration((total - self.done - begun) * pace)
        self.bar.update(self.task, description=what, completed=self.done + begun, total=total, left=left)
        if not self.console.is_terminal:
            self.console.print(f"{what} … {left} left", highlight=False, markup=False)


def duration(seconds: float) -> str:
    minutes, rest = divmod(max(round(seconds), 1), 60)
    return f"about {minutes} min {rest} s" if minutes else f"about {rest} s"
