"""How long a run still takes, by its plan and by what is over of it."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from loadtests.measure import plan, progress
from loadtests.measure.plan import blocks, cells
from loadtests.measure.progress import Progress, likely


def test_what_is_left_is_as_slow_as_what_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([0.0, 0.0, 10.0, 30.0, 35.0, 300.0])
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    console = Console(file=io.StringIO())
    with Progress(console, [20.0, 20.0, 40.0]) as steps:
        steps.now("start")
        steps.now("warm up")
        steps.next()
        steps.now("start again")
        steps.now("late")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        "start … about 1 min 20 s left",
        "warm up … about 1 min 10 s left",
        "start again … about 1 min 25 s left",
        "late … about 1 s left",
    ]


def test_a_run_takes_about_as_long_as_the_help_says() -> None:
    paper = plan.read("paper")
    assert 3.5 < sum(likely(paper, block) for block in blocks(cells(paper))) / 3600 < 4.5
    quick = plan.on(plan.read("quick"), ["flask_sqlite"])
    assert 25 < sum(likely(quick, block) for block in blocks(cells(quick))) < 60
