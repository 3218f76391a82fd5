import errno
from typing import Annotated

from harness import k6
from harness.command import Argument, Command, Option, fail, interruptible, output, screen
from harness.service import LaunchError
from loadtests.runner import ceiling, cells, plan, prepare, report, stats, yardsticks
from loadtests.runner.block import Bench, measure_block
from loadtests.runner.manual import HELP
from loadtests.runner.past import Past
from loadtests.runner.plan import PlanError
from loadtests.runner.prepare import Wanted
from loadtests.runner.progress import Progress, Step, steps
from loadtests.runner.record import RecordError, Run

app = Command("just bench")

Names = Annotated[list[str] | None, Argument(metavar="[NAME]...", show_default=False)]
PlanName = Annotated[str | None, Option("--plan", metavar="PLAN", help=f"One of {', '.join(plan.names())}.")]
Rounds = Annotated[int | None, Option("--rounds", metavar="N", min=1, help="Instead of the plan's.")]
Seed = Annotated[int | None, Option("--seed", metavar="N", help="Of the order, instead of the plan's.")]
Resume = Annotated[
    bool, Option("--resume", help="Go on with an interrupted run: the one named, or the latest.")
]
Docker = Annotated[bool, Option("--docker", help="In containers of the services' images.")]
Against = Annotated[
    str | None,
    Option("--against", metavar="COMMIT", help="Each service beside itself as of a commit."),
]

DISK = {
    errno.ENOSPC: "Make room",
    errno.EDQUOT: "Make room",
    errno.EACCES: "Make it writable",
    errno.EROFS: "Make it writable",
}

CERTIFICATE = Step("", "certificate", len(ceiling.SCRIPTS) * (ceiling.SECONDS + 1))


@app.function(HELP)
def bench(
    names: Names = None,
    plan_name: PlanName = None,
    rounds: Rounds = None,
    seed: Seed = None,
    resume: Resume = False,
    docker: Docker = False,
    against: Against = None,
) -> None:
    wanted = Wanted(names or [], plan_name, rounds, seed, docker, against)
    if resume and (rounds, seed, docker, against) != (None, None, False, None):
        fail("A run goes on as it began: with its rounds, its seed, and in containers or not", 2)
    if docker and against:
        fail("An image is of the service as it is now: there is none to measure --against a commit", 2)
    run: Run | None = None
    try:
        with interruptible(lambda: kept(run) or "Nothing was measured."), Past() as past:
            binary = k6.binary()
            if resume:
                run = prepare.resumed(wanted, screen, past)
            else:
                run = prepare.begun(wanted, binary, screen, past)
            measure_all(run, binary, past)
            conclude(run)
    except prepare.UnknownError as error:
        fail(str(error), 2)
    except (LaunchError, PlanError, RecordError, k6.K6Error) as error:
        fail(f"{error}\n{kept(run)}")
    except OSError as error:
        if error.errno not in DISK:
            raise
        where = error.filename or "the results"
        fail(f"Cannot write {where}: {error.strerror}. {DISK[error.errno]}. {kept(run)}")


def measure_all(run: Run, k6_binary: str, past: Past) -> None:
    if not (todo := run.remaining):
        return
    with Progress(screen, [CERTIFICATE, *steps(run.plan, todo)]) as progress:
        progress.now("find out how much k6 can do")
        if not (ceilings := run.machine.get("ceiling_per_second")):
            ceilings = ceiling.measured(k6_binary)
            run.note(ceiling_per_second=ceilings)
        with Bench(run, k6_binary, ceilings, progress, past) as bench:
            for block in cells.blocks(todo):
                yardsticks.measure(run, block[0].round, bench.dataset, progress)
                measure_block(bench, block)


def conclude(run: Run) -> None:
    from loadtests.report import page

    rows = stats.rows(run.samples)
    output.print(*report.tables(rows), sep="\n")
    output.print(report.legend(rows), style="dim")
    for note in report.notes(rows):
        output.print(f"invalid: {note}", style="red", markup=False, soft_wrap=True)
    with screen.status("Write the report"):
        path = page.write(run)
    output.print(f"The report: {path.relative_to(path.parents[2])}", soft_wrap=True)
    if run.remaining:
        blocks = [f"{name} in round {number}" for number, name in map(cells.block_of, run.remaining)]
        again = ", ".join(dict.fromkeys(blocks))
        fail(f"Not complete: {again}. To measure that again: {resuming(run)}")


def kept(run: Run | None) -> str:
    if run is None:
        return ""
    blocks = len(cells.blocks(cells.cells(run.plan)))
    return (
        f"{blocks - len(cells.blocks(run.remaining))} of {blocks} blocks are kept. To go on: {resuming(run)}"
    )


def resuming(run: Run) -> str:
    return f"just bench --resume {run.name}"


if __name__ == "__main__":
    app.run()
