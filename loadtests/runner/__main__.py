# ruff: noqa: E402 - the imports take half a second, in which a Ctrl-C would print a traceback
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

import errno
from collections.abc import Sequence
from time import sleep
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from loadtests.runner import k6, plan, prepare, report, stats
from loadtests.runner.interrupt import Interrupted, interruptible
from loadtests.runner.launch import LaunchError, launched
from loadtests.runner.measure import load, measure, warm_up
from loadtests.runner.plan import PlanError
from loadtests.runner.progress import Progress, steps
from loadtests.runner.record import RecordError, Run
from loadtests.runner.sample import Cell

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
screen = Console(stderr=True, highlight=False)

Names = Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...", show_default=False)]
PlanName = Annotated[str | None, typer.Option("--plan", metavar="NAME", help="quick (the default) or paper.")]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with an interrupted run: the one named, or the latest.")
]

HELP = """Measure services under load.

Each is started on a free port with a fresh database, filled with the dataset,
warmed up, and put through the scenarios of a plan. The results go to
results/RUN/. With no SERVICE, all are measured.

[bold]Examples[/bold]

  just bench flask_sqlite               one service, in under a minute
  just bench flask_sqlite --plan paper  the procedure of the study
  just bench --resume                   go on with the latest interrupted run
  just bench --resume RUN               or with another folder of results/

One scenario by hand, against any server that speaks the contract:

  k6 run -e BASE_URL=http://127.0.0.1:8000 loadtests/k6/load_items.js
  k6 run -e BASE_URL=http://127.0.0.1:8000 -e VUS=10 loadtests/k6/hello.js

K6 in the environment names another k6. A sample with a failed check is
invalid: it is shown with the reason, and is part of no figure."""

DISK = {
    errno.ENOSPC: "Make room",
    errno.EDQUOT: "Make room",
    errno.EACCES: "Make it writable",
    errno.EROFS: "Make it writable",
}


@app.command(help=HELP)
def bench(names: Names = None, plan_name: PlanName = None, resume: Resume = False) -> None:
    run: Run | None = None
    try:
        with interruptible():
            binary = k6.binary()
            if resume:
                run = prepare.resumed(names or [], plan_name, screen)
            else:
                run = prepare.begun(names or [], plan_name or "quick", binary, screen)
            measure_all(run, binary)
            conclude(run)
    except Interrupted as interrupted:
        fail(f"Interrupted. {kept(run) or 'Nothing was measured.'}", interrupted.exit_status)
    except prepare.UnknownError as error:
        fail(str(error), 2)
    except (LaunchError, PlanError, RecordError, k6.K6Error) as error:
        fail(f"{error}\n{kept(run)}".strip())
    except OSError as error:
        if error.errno not in DISK:
            raise
        where = error.filename or "the results"
        fail(f"Cannot write {where}: {error.strerror}. {DISK[error.errno]}. {kept(run)}".strip())


def measure_all(run: Run, k6_binary: str) -> None:
    todo = run.remaining
    with Progress(screen, steps(run.plan, todo)) as progress:
        for block in plan.blocks(todo):
            measure_block(run, block, k6_binary, progress)


def measure_block(run: Run, block: Sequence[Cell], k6_binary: str, progress: Progress) -> None:
    variant, pauses = run.plan.variants[block[0].variant], run.plan.pauses
    where = f"{block[0].variant}, round {block[0].round} of {run.plan.rounds}"
    progress.now(f"{where}: start")
    with launched(variant.service, variant.env) as server:
        sleep(pauses.after_start)
        progress.now(f"{where}: load the dataset")
        stage = load(server, run.plan, k6_binary)
        sleep(pauses.after_load)
        progress.now(f"{where}: warm up")
        warm_up(stage, run.plan)
        sleep(pauses.after_warm_up)
        for cell in block:
            progress.now(f"{where}: {cell.scenario}")
            run.add(measure(cell, run.plan.scenarios[cell.scenario], stage))
            sleep(pauses.between_scenarios)


def conclude(run: Run) -> None:
    rows = stats.rows(run.samples)
    path = run.conclude(report.markdown(run.name, run.plan, run.machine, rows))
    console = Console(highlight=False)
    console.print(*report.tables(rows), sep="\n")
    console.print(report.legend(rows), style="dim")
    for note in report.notes(rows):
        console.print(f"invalid: {note}", style="red", markup=False, soft_wrap=True)
    console.print(f"The report: {path.relative_to(path.parents[2])}", soft_wrap=True)
    if run.remaining:
        fail(f"{len(run.remaining)} scenarios have no valid sample. To measure them again: {resuming(run)}")


def kept(run: Run | None) -> str:
    if run is None:
        return ""
    cells = len(list(plan.cells(run.plan)))
    return f"{cells - len(run.remaining)} of {cells} samples are kept. To go on: {resuming(run)}"


def resuming(run: Run) -> str:
    return f"just bench --resume {run.name}"


def fail(message: str, status: int = 1) -> NoReturn:
    screen.print(message, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(status)


if __name__ == "__main__":
    app(prog_name="just bench")
