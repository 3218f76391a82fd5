import time
import tomllib
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from itertools import product
from traceback import format_exc
from typing import Annotated

from harness.command import Argument, Command, Option, fail, interruptible, known, output, screen
from harness.k6 import K6Error
from harness.service import SERVICES, LaunchError, declared, installed, services
from torture import page
from torture.experiments import EXPERIMENTS
from torture.postgresql import ON_POSTGRESQL, ground, on_postgresql
from torture.service import LONG, SHORT, Effort, Result

app = Command("just torture")

HELP = f"""Put services under fire: kill, fill, lock, flood and fuzz them.

Each SERVICE is started on a free port with a database of its own, once for
each experiment; with no SERVICE, all are. What must never be - a lost or a
doubled write, a 5xx but 503, a hang, memory past a limit, a leak in an
answer - is a fault, and is printed with what was done.

[bold]Experiments[/bold]

  {", ".join(EXPERIMENTS)}

With --database postgresql, on a server that is started for it:
{", ".join(ON_POSTGRESQL)}.

docs/reliability.md says what each of them is.

[bold]Examples[/bold]

  just torture                      all services, the long form: {LONG:.0f} min each
  just torture flask_sqlite         one service
  just torture --minutes 1          a tenth of it
  just torture --short              the least of everything, for `just test`
  just torture flask_orm --only crash --only disk
  just torture --database postgresql
                                    the services that can, and their server
  just torture --publish            write docs/reliability.md, too

Exit status: 0 no fault, 1 a fault, 2 bad usage."""

Names = Annotated[list[str] | None, Argument(metavar="[SERVICE]...", show_default=False)]
Minutes = Annotated[
    float,
    Option("--minutes", metavar="N", min=0.1, help="For each service, about: the counts grow with it."),
]
Database = Annotated[
    str, Option("--database", metavar="KIND", help="sqlite, or postgresql: a server that is started for it.")
]
Short = Annotated[bool, Option("--short", help="The least of everything.")]
Only = Annotated[list[str] | None, Option("--only", metavar="EXPERIMENT", help="Not all of them.")]
Publish = Annotated[bool, Option("--publish", help="Write docs/reliability.md; of the long form only.")]


@app.function(HELP)
def torture(
    names: Names = None,
    minutes: Minutes = LONG,
    database: Database = "sqlite",
    short: Short = False,
    only: Only = None,
    publish: Publish = False,
) -> None:
    effort = Effort(SHORT if short else minutes / LONG)
    known("service", names or [], services())
    experiments = {"sqlite": [*EXPERIMENTS], "postgresql": [*ON_POSTGRESQL]}
    known("database", [database], list(experiments))
    known("experiment", only or [], experiments[database])
    able = [name for name in services() if database in declared(name).databases]
    known(f"service on {database}", names or [], able)
    if publish and not effort.whole:
        fail(f"--publish needs the long form: {LONG:.0f} minutes or more.", 2)
    faults = 0
    try:
        with interruptible(), ground() if database == "postgresql" else nullcontext() as server:
            for name, experiment in product(names or able, only or experiments[database]):
                installed(name, output.print)
                run = partial(on_postgresql, server, experiment) if server else EXPERIMENTS[experiment]
                record = recorded(name, experiment, run, effort)
                faults += len(record.faults)
                if publish:
                    column = f"{name} on PostgreSQL" if server else name
                    page.publish(page.newer(page.kept(), column, experiment, record))
    except (LaunchError, K6Error) as error:
        fail(str(error))
    if faults:
        fail(f"{faults} faults")


def recorded(name: str, experiment: str, run: Callable[[str, Effort], Result], effort: Effort) -> page.Record:
    project = tomllib.loads((SERVICES / name / "pyproject.toml").read_text())["project"]
    began = time.monotonic()
    with output.status(f"{name}: {experiment}"):
        try:
            result = run(name, effort)
        except K6Error:  # of the tool, not of the service
            raise
        except Exception as error:  # noqa: BLE001 - a service that crashes may cause any
            # What was counted till then is lost with it.
            result = Result(faults=[f"{type(error).__name__}: {error}"])
            screen.print(format_exc(), markup=False, soft_wrap=True)
    record = page.Record.of(project["version"], result, time.monotonic() - began)
    output.print(f"[bold]{name}[/bold]: {experiment}, {record.seconds:.0f} s", soft_wrap=True)
    for label, figure in record.figures.items():
        output.print(f"  {label}: {figure}", markup=False, soft_wrap=True)
    for fault in record.faults[:10]:
        output.print(f"  fault: {fault}", style="red", markup=False, soft_wrap=True)
    return record


if __name__ == "__main__":
    app.run()
