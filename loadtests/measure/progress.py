"""What is being done, and how long it still takes: a bar in a terminal, else a line for each step."""

import time
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn
from rich.progress import Progress as Bar

from loadtests.measure.plan import Plan
from loadtests.measure.sample import Cell

# Seconds, as far as one can tell before a block is over
STARTING = 5.0  # a service, with its dataset
BEGINNING = 0.5  # k6
EACH = 0.003  # a request


def likely(plan: Plan, block: Sequence[Cell]) -> float:
    """The seconds of a block."""
    pauses = plan.pauses
    seconds = STARTING + pauses.after_start + pauses.after_load + plan.warm_up.seconds + pauses.after_warm_up
    for cell in block:
        scenario = plan.scenarios[cell.scenario]
        seconds += BEGINNING + (scenario.seconds or (scenario.iterations or 0) * EACH)
        seconds += pauses.between_scenarios
    return seconds


class Progress(Bar):
    """`ahead` has the seconds that each block is likely to take."""

    def __init__(self, console: Console, ahead: Sequence[float]) -> None:
        super().__init__(
            *(SpinnerColumn(), "{task.description}", BarColumn(24), "{task.fields[left]} left"),
            console=console,
            transient=True,
            refresh_per_second=2,  # drawing costs time of the machine that is being measured
            disable=not console.is_terminal,
        )
        self.ahead, self.task = list(ahead), self.add_task("", left="")
        self.began, self.done, self.total = time.monotonic(), 0.0, sum(ahead)

    def next(self) -> None:
        """A block is over: the others take as much longer than is likely, or shorter, as those so far."""
        self.done += self.ahead.pop(0)
        took = time.monotonic() - self.began
        self.total = took + sum(self.ahead) * took / self.done

    def now(self, step: str) -> None:
        took = time.monotonic() - self.began
        left = duration(self.total - took)
        self.update(self.task, description=step, completed=took, total=self.total, left=left)
        if not self.console.is_terminal:
            self.console.print(f"{step} … {left} left", highlight=False, markup=False)


def duration(seconds: float) -> str:
    minutes, remainder = divmod(max(round(seconds), 1), 60)
    return f"about {minutes} min {remainder} s" if minutes else f"about {remainder} s"
