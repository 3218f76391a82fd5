from typing import Annotated

from harness import k6
from harness.command import Argument, Command, Option, fail, interruptible, known, output, screen
from harness.service import LaunchError, installed, services
from loadtests.runner import machine
from loadtests.runner import plan as plans
from loadtests.runner.progress import Progress
from loadtests.tune import halving, rank, report, result, search
from loadtests.tune.candidates import DEFAULT, candidates
from loadtests.tune.measure import COST_RATE
from loadtests.tune.result import Search, Tune

app = Command("just tune")

HELP = """Search the server settings of a service for the highest rate and least cost.

Workers, threads, worker class and keep-alive are varied by the environment.
A few short probes under a mixed load find how many requests a second each
candidate takes at a p99 of 50 ms or less, and the processor time of one.
The better half goes on, until a few candidates and the default setting
(2 workers, 2 threads) have rounds enough for a 95 % interval. The winners are
printed as an environment to copy.

[bold]Examples[/bold]

  just tune flask_sqlite               in about 12 minutes
  just tune flask_sqlite --minutes 30  longer probes, surer results
  just tune --rank                     writes two plans by the newest results:
  just bench --plan peak               the services at their own best
  just bench --plan corrected          the study's figures, and corrected

The results go to results/<stamp>-tune-SERVICE/: report.md for the reader,
probes.jsonl with a line for each probe. With fewer minutes the probes are
shorter, down to a second; then fewer candidates are drawn, by the seed, and 3
at the least. Nothing else should run on the machine meanwhile."""


@app.function(HELP)
def main(
    service: Annotated[str | None, Argument(metavar="[SERVICE]", show_default=False)] = None,
    *,
    minutes: Annotated[float, Option(min=0.1, help="About so long, the whole search.")] = 12,
    seed: Annotated[int, Option(help="Of the order.")] = 1,
    ranked: Annotated[
        bool, Option("--rank", help="Write the plans peak and corrected from the newest results.")
    ] = False,
) -> None:
    if ranked == (service is not None):
        fail(f"Name a service, or --rank: {', '.join(services())}", 2)
    if service is None:
        write_plans()
        return
    known("service", [service], services())
    found: Search | None = None
    try:
        with interruptible(lambda: kept(found)):
            binary = k6.binary()
            found = begun(service, binary, minutes, seed)
            search.run(found, binary, Progress(screen, []))
            conclude(found)
    except (LaunchError, k6.K6Error) as error:
        fail(f"{error}\n{kept(found)}")


def begun(service: str, binary: str, minutes: float, seed: int) -> Search:
    venv = installed(service, announce=screen.print)
    every = candidates(service)
    chosen = halving.drawn(every, minutes, seed, DEFAULT)
    tune = Tune(
        service=service,
        seed=seed,
        minutes=minutes,
        cost_rate=COST_RATE,
        default=DEFAULT.name,
        candidates={one.name: one for one in chosen},
        of=len(every),
    )
    return result.begun(tune, machine.described(k6.version(binary), {service: venv}))


def conclude(found: Search) -> None:
    path = report.write(found)
    for line in report.lines(found.tune, found.probes):
        output.print(line, markup=False, soft_wrap=True)
    screen.print(f"The report: {path.relative_to(path.parents[2])}", soft_wrap=True)
    if not result.finished(found.tune, found.probes):
        fail("Not complete: the default setting could not be measured often enough. The report says why.")


def kept(found: Search | None) -> str:
    """Also writes the report of what there is."""
    if found is None or not (probes := found.probes):
        return "Nothing was measured."
    report.write(found)
    folder = f"{found.folder.parent.name}/{found.folder.name}"
    return f"{len(probes)} probes and a report are kept in {folder}; the next search begins anew."


def write_plans() -> None:
    try:
        searches = rank.complete({service: result.newest(service) for service in services()})
    except rank.MissingError as error:
        fail(str(error))
    for plan in (rank.peak(searches), rank.corrected(searches)):
        path = plans.PLANS / f"{plan.name}.toml"
        path.write_text(plans.as_toml(plan))
        written = path.relative_to(path.parents[2])
        screen.print(f"{written} is written. To measure it: just bench --plan {plan.name}", soft_wrap=True)


if __name__ == "__main__":
    app.run()
