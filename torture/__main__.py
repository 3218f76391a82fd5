import time
import tomllib
from itertools import product
from subprocess import TimeoutExpired
from typing import Annotated

from harness.command import Argument, Command, Option, fail, interruptible, known, output
from harness.k6 import K6Error
from harness.service import SERVICES, LaunchError, installed, services
from harness.wire import NoAnswerError
from torture import page
from torture.experiment import LONG, SHORT, Effort, Result
from torture.experiments import EXPERIMENTS
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
    known("service", names or [], services())
    known("experiment", only or [], list(EXPERIMENTS))
    if publish and not effort.whole:
        fail(f"--publish needs the long form: {LONG:.0f} minutes or more.", 2)
    faults = 0
    try:
        with interruptible():
            for name, experiment in product(names or services(), only or list(EXPERIMENTS)):
                installed(name, output.print)
                record = recorded(name, experiment, effort)
                faults += len(record.faults)
                if publish:
                    page.publish(page.newer(page.kept(), name, experiment, record))
    except (LaunchError, K6Error) as error:
        fail(str(error))
    if faults:
        fail(f"{faults} faults")


def recorded(name: str, experiment: str, effort: Effort) -> page.Record:
    project = tomllib.loads((SERVICES / name / "pyproject.toml").read_text())["project"]
    began = time.monotonic()
    with output.status(f"{name}: {experiment}"):
        try:
            result = EXPERIMENTS[experiment](name, effort)
        except (StuckError, NoAnswerError, LaunchError, TimeoutExpired) as error:
            # what was counted till then is lost with it
            result = Result(faults=[f"{type(error).__name__}: {error}"])
    record = page.Record.of(project["version"], result, time.monotonic() - began)
    output.print(f"[bold]{name}[/bold]: {experiment}, {record.seconds:.0f} s", soft_wrap=True)
    for what, figure in record.figures.items():
        output.print(f"  {what}: {figure}", markup=False, soft_wrap=True)
    for fault in record.faults[:10]:
        output.print(f"  fault: {fault}", style="red", markup=False, soft_wrap=True)
    return record


if __name__ == "__main__":
    app.run()
