import time
from itertools import product
from subprocess import TimeoutExpired
from typing import Annotated

from harness.command import Argument, Command, Option, fail, interruptible, known, output
from harness.k6 import K6Error
from harness.service import LaunchError, installed, services
from harness.wire import NoAnswerError
from torture import page
from torture.experiment import LONG, SHORT, Effort, Experiment, Found
from torture.lane import EXPERIMENTS
from torture.record import Record, Table
from torture.service import StuckError

app = Command("just torture")

HELP = f"""Put services under fire: kill, fill, lock, flood and fuzz them.

Each SERVICE is started on a free port with a database of its own, once for
each experiment; with no SERVICE, all are. What must never be - a lost or a
doubled write, a 5xx but 503, a hang, memory that stays, a leak in an answer -
is a fault, and is printed with what was done.

[bold]Experiments[/bold]

  {", ".join(EXPERIMENTS)}

docs/reliability.md says what each of them is.

[bold]Examples[/bold]

  just torture                      all services, the long form: {LONG:.0f} min each
  just torture flask_sqlite         one service
  just torture --minutes 1          a tenth of it
  just torture --short              the least of everything, for `just test`
  just torture flask_orm --only crash --only disk
  just torture --publish            write docs/reliability.md, too

Exit status: 0 no fault, 1 a fault, 2 bad usage."""

Names = Annotated[list[str] | None, Argument(metavar="[SERVICE]...", show_default=False)]
Minutes = Annotated[
    float,
    Option("--minutes", metavar="N", min=0.1, help="For each service, about: the counts grow with it."),
]
Short = Annotated[bool, Option("--short", help="The least of everything.")]
Only = Annotated[list[str] | None, Option("--only", metavar="EXPERIMENT", help="Not all of them.")]
Publish = Annotated[bool, Option("--publish", help="Write docs/reliability.md; of the long form only.")]


@app.function(HELP)
def torture(
    names: Names = None,
    minutes: Minutes = LONG,
    short: Short = False,
    only: Only = None,
    publish: Publish = False,
) -> None:
    effort = Effort(SHORT if short else minutes / LONG)
    check_usage(names or [], only or [], effort, publish=publish)
    wanted, faults = only or list(EXPERIMENTS), 0
    try:
        with interruptible():
            for name, experiment in product(names or services(), wanted):
                installed(name, output.print)
                made = record(name, experiment, EXPERIMENTS[experiment], effort)
                faults += len(made.faults)
                if publish:
                    page.publish(Table({name: {experiment: made}}))
    except (LaunchError, K6Error) as error:
        fail(str(error))
    if faults:
        fail(f"{faults} faults")


def check_usage(names: list[str], only: list[str], effort: Effort, *, publish: bool) -> None:
    known("service", names, services())
    known("experiment", only, list(EXPERIMENTS))
    if publish and not effort.whole:
        fail(f"--publish needs the long form: {LONG:.0f} minutes or more.", 2)


def record(name: str, experiment: str, run: Experiment, effort: Effort) -> Record:
    began = time.monotonic()
    with output.status(f"{name}: {experiment}"):
        try:
            found = run(name, effort)
        except (
            StuckError,
            NoAnswerError,
            LaunchError,
            TimeoutExpired,
        ) as error:  # what was counted till then is lost with it
            found = Found(faults=[f"{type(error).__name__}: {error}"])
    made = Record.of(found, time.monotonic() - began)
    output.print(f"[bold]{name}[/bold]: {experiment}, {made.seconds:.0f} s", soft_wrap=True)
    for what, figure in made.figures.items():
        output.print(f"  {what}: {figure}", markup=False, soft_wrap=True)
    for fault in made.faults[:10]:
        output.print(f"  fault: {fault}", style="red", markup=False, soft_wrap=True)
    return made


if __name__ == "__main__":
    app.run()
