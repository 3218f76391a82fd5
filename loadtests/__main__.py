"""`just bench`, `report`, `cost` and `merge`. What takes long to import is imported where it is needed."""

import errno
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

from harness.command import (
    BAD_USAGE,
    Argument,
    Command,
    Option,
    fail,
    interruptible,
    known,
    output,
    screen,
    server_at,
)

if TYPE_CHECKING:
    from loadtests.measure.run import Run

HELP = """Measure services under load.

Each is started on a free port with a fresh database, filled with the
dataset, warmed up, and put through the scenarios of a plan, in every round
once and in a random order. The results go to results/RUN/. With no NAME,
everything in the plan is measured: its variants, or all services where it
has none.

[bold]Examples[/bold]

  just bench flask_sqlite               one service, in about a minute
  just bench                            all five
  just bench flask_sqlite --rounds 5    with intervals
  just bench --plan paper               the study's procedure: four hours
  just bench --plan paper services --rounds 3
                                        one group of its variants, shorter
  just bench --plan load                how many requests each can take
  just bench --plan scale               what 1,500,000 rows cost
  just bench flask_sqlite --plan settings
                                        under other workers and threads
  just bench --plan factors             which choice makes what difference
  just bench flask_sqlite --docker      the container of its image
  just bench --plan database            when SQLite is enough
  just bench flask_orm --database postgresql
                                        on a PostgreSQL of its own, or on the
                                        one whose URL is given
  just bench --plan replicas            1, 2 and 4 replicas behind nginx
  just bench flask_sqlite --against HEAD~5 --rounds 5 --fail-if-slower 5%
                                        beside itself as it was before
  just bench flask_orm --with flask==3.0.3 --with werkzeug==3.0.6
                                        beside itself on other packages
  just bench --command 'node server.js' --cwd examples/node
                                        a server of your own, in any language;
                                        it is told its PORT, and its HOST
  just bench flask_sqlite --url http://127.0.0.1:8000
                                        one that runs, beside a service
  just bench flask_sqlite --listen 192.0.2.1 --load-from ssh://me@load1
                                        by k6 on another machine, which
                                        reaches this one at that address
  just bench --environment lab          as environments/lab.toml says
  just bench --resume                   go on with the latest interrupted run
  just bench --resume results/RUN       or with another one

A server of your own is held to the contract first, up to the level items:
what fails is not measured. Its list must be empty, unless --may-delete: the
dataset is created beside what is there, and deleted in the end. Of one at a
URL no processor time and no memory can be seen, and it is not started anew
in each round. `just k6` runs one scenario by hand.

--load-from takes several machines, with commas between them: they share the
users and the iterations of each scenario. They need k6, of the same version
as here, and ssh that asks no question; SSH_CONFIG in the environment names
another file than ~/.ssh/config. An environment is a file with the lines
listen = "192.0.2.1", load_from = ["ssh://me@load1"] and cores = "0-3", each
of which may be missing: it saves the words. docs/method.md says what of a
load from elsewhere is not seen.

A NAME is a service or, where a plan has them, a variant or a group of
variants. A plan is a file of loadtests/plans/. K6 in the environment names
another k6; without a wrk its scenarios are left out. A sample that fails a
gate - an answer, the database, Little's law, or what runs is not as it
should be - is invalid: it is shown with the reason, and is part of no
figure. A run stays on this machine until you publish it:

  git add --force results/RUN"""

DISK = {
    errno.ENOSPC: "Make room",
    errno.EDQUOT: "Make room",
    errno.EACCES: "Make it writable",
    errno.EROFS: "Make it writable",
    errno.ENOTDIR: "Make it a folder",
    errno.EEXIST: "Make it a folder",
}

COST = """Count what a request costs: instructions and system calls of the whole server.

Each SERVICE, its tutorial twin and the server alone are started under
Valgrind with one worker and asked by one client, over three hash seeds. A
busy machine does not disturb the counts. With no SERVICE, all are counted
(about 20 minutes on two cores).

[bold]Examples[/bold]

  just cost                      all services
  just cost flask_sqlite         one, with its twin and its server
  just cost --check              count again; fail where a cell grew
  just cost --publish            write results/cost.json, the baseline
  just cost --database postgresql
                                 services with an ORM, on a PostgreSQL that
                                 is started for it; counted is their side
  just cost flask_orm --with flask==3.0.3
                                 as it is, and on another release
  just cost --study --publish    the twins on the packages of the study,
                                 to results/cost-study.json
  just cost --history fastapi    the twin on FastAPI's releases since 2023
  just cost --footprint          time to the first answer, memory, files

--history counts a package's twin at one release a quarter as it was then,
at one a half-year beside the newest packages, and looks for the release that
made the largest step. What results/history.jsonl has already is not counted
again; docs/history.md shows it. At the end it measures the footprints of the
twins. Part of a footprint is a time, so let the machine be quiet; the size of
an image takes Docker, whose client DOCKER names.

Exit status: 0 done, 1 a cell grew or a server failed, 2 bad usage."""

KINDS = r"(sqlite|postgresql(:(socket|[\d.]+ms))?)$|postgresql://"  # of a database
PLANS, SCENARIOS = (
    ", ".join(sorted(path.stem for path in Path(__file__).parent.glob(files)))
    for files in ("plans/*.toml", "k6/*.js")
)
CHANGING = re.compile(r"http\.(put|del)\b|\b(replace|delete)_item\b")

app = Command("just")

Names = Annotated[list[str] | None, Argument(metavar="[NAME]...", show_default=False)]
Packages = Annotated[
    list[str] | None,
    Option("--with", metavar="PACKAGE==VERSION", help="Each beside itself with this; can be repeated."),
]


@app.function(HELP)
def bench(
    names: Names = None,
    plan_name: Annotated[str | None, Option("--plan", metavar="PLAN", help=f"One of {PLANS}.")] = None,
    rounds: Annotated[int | None, Option(metavar="N", min=1, help="Instead of the plan's.")] = None,
    seed: Annotated[int | None, Option(metavar="N", help="Of the order, instead of the plan's.")] = None,
    resume: Annotated[
        bool, Option("--resume", help="Go on with an interrupted run: the one named, or the latest.")
    ] = False,
    docker: Annotated[
        bool, Option("--docker", help="In containers of images that are built for it.")
    ] = False,
    against: Annotated[
        str | None, Option(metavar="COMMIT", help="Each service beside itself as of a commit.")
    ] = None,
    packages: Packages = None,
    database: Annotated[
        str | None, Option(metavar="KIND", help="sqlite, postgresql, or the URL of a PostgreSQL server.")
    ] = None,
    fail_if_slower: Annotated[
        str | None, Option(metavar="PERCENT", help="Than as of that commit: the exit status is 1.")
    ] = None,
    commands: Annotated[
        list[str] | None,
        Option("--command", metavar="'COMMAND'", help="Of a shell: starts a server of your own."),
    ] = None,
    folders: Annotated[
        list[Path] | None, Option("--cwd", metavar="DIR", help="The folder of that command.")
    ] = None,
    urls: Annotated[
        list[str] | None, Option("--url", metavar="URL", help="Of a server that runs already.")
    ] = None,
    may_delete: Annotated[bool, Option("--may-delete", help="These servers may have items.")] = False,
    load_from: Annotated[
        str | None, Option(metavar="SSH,...", help="ssh://USER@HOST: machines whose k6 makes the load.")
    ] = None,
    listen: Annotated[
        str | None, Option(metavar="ADDRESS", help="Of this machine: where they reach the service.")
    ] = None,
    cores: Annotated[
        str | None, Option(metavar="LIST", help="Of this machine, such as 0-3: others are not used.")
    ] = None,
    environment: Annotated[
        str | None, Option(metavar="NAME", help="A file of environments/ with these three.")
    ] = None,
) -> None:
    place = {"load_from": load_from, "listen": listen, "cores": cores}
    options = (rounds, seed, docker or None, against, packages, commands, urls, environment, *place.values())
    if resume and any(option is not None for option in options):
        fail("A run goes on as it began: with its rounds, its seed, its containers and its place", BAD_USAGE)
    if docker and (against or packages):
        fail(
            "An image is of the service as it is now: there is none to measure --against a commit, or --with "
            "other packages",
            BAD_USAGE,
        )
    if docker and database:
        fail("A container is measured on the file in its volume: leave --database or --docker out", BAD_USAGE)
    if database and not re.match(KINDS, database):
        fail(
            "A database is sqlite, postgresql, or the URL of a PostgreSQL server: "
            "postgresql://USER:PASSWORD@HOST/NAME",
            BAD_USAGE,
        )
    if fail_if_slower and not (against or resume):
        fail("--fail-if-slower compares with --against a commit", BAD_USAGE)
    percent, pins = percentage(fail_if_slower) if fail_if_slower else None, pinned(packages)

    run: Run | None = None
    with interruptible(lambda: kept(run)), plain_failures(lambda: kept(run)):
        from harness.service import services
        from loadtests.analysis import intervals
        from loadtests.measure import block, facts, guest, placement, prepare, variants
        from loadtests.measure.plan import PlanError
        from loadtests.measure.run import alone

        servers = [server_at(url) for url in urls or []]
        placed = placement.chosen(environment, place)
        guests = guest.guests(commands or [], folders or [], servers, services())
        request = prepare.Request(
            names or [], plan_name, rounds, seed, docker, against, pins, database, guests, may_delete, placed
        )
        with alone(), TemporaryDirectory(prefix="bench-") as scratch:
            places = variants.Folders(Path(scratch))
            if resume:
                run = prepare.resumed(request, places)
            else:
                if percent is not None and prepare.plan_for(request).rounds < intervals.ENOUGH:
                    raise PlanError(f"--fail-if-slower needs intervals: --rounds {intervals.ENOUGH}, or more")
                run = prepare.begun(request, places)
            if run.remaining:
                if warning := facts.busy(os.getloadavg()[0]):
                    screen.print(warning, style="yellow", markup=False, soft_wrap=True)
                block.measure_all(run, places, screen, database)
            run.pack()
        conclude(run, percent)


@app.function()
def k6(
    scenario: Annotated[str, Argument(metavar="SCENARIO", help=f"One of {SCENARIOS}.")],
    arguments: Annotated[
        list[str] | None,
        Argument(metavar="[-- WORDS]", show_default=False, help="Of k6, such as -e VUS=10 or -e RATE=50."),
    ] = None,
    *,
    url: Annotated[str, Option("--url", metavar="URL", help="Of a server that speaks the contract.")],
    may_delete: Annotated[
        bool, Option("--may-delete", help="Its items may be replaced and deleted.")
    ] = False,
) -> None:
    """Run one scenario by hand, against a server that runs; what is told is k6's own.

    [bold]Examples[/bold]

      just k6 load_items --url http://127.0.0.1:8000
      just k6 get_item --url http://127.0.0.1:8000 -- -e RATE=50
      just k6 delete_item --url http://127.0.0.1:8000 --may-delete

    VUS, DURATION (5s), ITERATIONS and RATE (requests per second) take the place of the study's load."""
    from harness import k6

    known("scenario", [scenario], SCENARIOS.split(", "))
    script = k6.SCRIPTS / f"{scenario}.js"
    if not may_delete and CHANGING.search(script.read_text()):
        fail(f"{scenario} replaces or deletes items that are there: --may-delete says that it may", BAD_USAGE)
    with plain_failures():
        binary = k6.binary()
    options = ["-e", f"BASE_URL={server_at(url)}", *(arguments or [])]
    os.execv(binary, [binary, "run", "--no-usage-report", *options, str(script)])  # noqa: S606 - k6


@app.function()
def report(
    runs: Annotated[
        list[str] | None,
        Argument(
            metavar="[RUN] [RUN]", show_default=False, help="Folders of results/; the latest complete run."
        ),
    ] = None,
    *,
    markdown: Annotated[bool, Option("--markdown", help="Print what changed as Markdown.")] = False,
    over_all: Annotated[
        bool,
        Option("--all", help="Write the pages of all published runs, docs/choosing.md and docs/cost.md."),
    ] = False,
) -> None:
    """Write the page of a run into its folder; of two runs, show what changed from one to the other."""
    with interruptible(), plain_failures():
        from harness import document
        from loadtests.analysis import compare, pages
        from loadtests.measure import run

        if over_all:
            pages.write_all()
            return
        match runs or []:
            case []:
                show_path(pages.write(run.latest()))
            case [name]:
                show_path(pages.write(run.read(name)))
            case [before, after]:
                changes = compare.blocks(*(pages.results(run.read(name)) for name in (before, after)))
                if markdown:
                    print(document.markdown(changes), end="")
                else:
                    document.terminal(changes, output)
            case _:
                fail("One run is reported, and two are compared", BAD_USAGE)


@app.function(COST)
def cost(
    names: Names = None,
    check: Annotated[
        bool,
        Option("--check", help="Exit status 1 where a cell costs more than in results/cost.json."),
    ] = False,
    publish: Annotated[
        bool, Option("--publish", help="Make this count the baseline, and write the pages that show it.")
    ] = False,
    threshold: Annotated[
        float | None, Option(metavar="PERCENT", min=0, help="What --check lets a cell grow; 2 if left out.")
    ] = None,
    database: Annotated[str, Option(metavar="KIND", help="sqlite or postgresql.")] = "sqlite",
    packages: Packages = None,
    study: Annotated[
        bool, Option("--study", help="Count the twins on the packages of the study, of plan paper.")
    ] = False,
    history: Annotated[
        list[str] | None, Option(metavar="PACKAGE", help="Count its releases since 2023.")
    ] = None,
    footprint: Annotated[
        bool, Option("--footprint", help="Measure what a service takes besides: time, memory, files.")
    ] = False,
) -> None:
    known("database", [database], ["sqlite", "postgresql"])
    pins = pinned(packages)
    if pins and (check or publish or study or history or database != "sqlite"):
        fail("--with counts services on SQLite: nothing is checked or published", BAD_USAGE)
    if study and (names or check or history or database != "sqlite"):
        fail("--study counts the five twins on SQLite: --publish alone goes with it", BAD_USAGE)
    if history and (names or check or publish or database != "sqlite"):
        fail("--history counts packages on SQLite: no SERVICE, --check or --publish goes with it", BAD_USAGE)
    if footprint and (check or pins or study or history or database != "sqlite"):
        fail("--footprint is of services as they come: their names or --publish go with it", BAD_USAGE)
    if publish and (names or check):
        fail("--publish needs a count of all services, and no --check", BAD_USAGE)
    if threshold is not None and not check:
        fail("--threshold says how much a cell may grow: --check goes with it", BAD_USAGE)
    with interruptible(lambda: "What was counted is kept." if history else ""), plain_failures():
        from loadtests import counting

        if study:
            counting.count_study(publish=publish)
        elif history:
            counting.count_history(history)
        elif footprint:
            counting.measure_footprints(names or [], publish=publish)
        else:
            limit = (2.0 if threshold is None else threshold) if check else None
            counting.count_services(names or [], pins, database, limit, publish=publish)


@app.function()
def merge(
    summaries: Annotated[list[Path], Argument(metavar="SUMMARY...", help="JSON files, one of each k6.")],
) -> None:
    """Merge the summaries of several k6 that shared a load: percentiles of all requests together.

    Takes what `k6 run --summary-export FILE` writes, and what a script's handleSummary() prints as JSON, as
    the pods of k6-operator do. Percentiles are merged as distributions, weighted by their counts; the bounds
    beside them say how sure that is.
    """
    with interruptible(), plain_failures():
        from harness import document
        from loadtests.analysis import merge as merging

        document.terminal(merging.blocks([merging.read(path) for path in summaries]), output)


def conclude(run: "Run", percent: float | None) -> None:
    from harness import document
    from loadtests.analysis import pages, summary
    from loadtests.analysis.sections import versions
    from loadtests.measure import facts
    from loadtests.measure.plan import block_of

    if warning := facts.busy(run.machine["load_before"][0]):
        output.print(warning, style="yellow", markup=False, soft_wrap=True)
    document.terminal(summary.blocks(run.samples), output)
    with screen.status("Write the report"):
        path = pages.write(run)
    show_path(path)
    if run.remaining:
        blocks = [f"{name} in round {number}" for number, name in map(block_of, run.remaining)]
        fail(f"Not complete: {', '.join(dict.fromkeys(blocks))}. To measure that again: {resuming(run)}")
    if percent is not None and (slower := versions.slower(pages.results(run), percent)):
        fail("\n".join(slower))


def pinned(requirements: list[str] | None) -> dict[str, str]:
    """The versions, by the names of their packages."""
    from harness.environment import canonical

    pins: dict[str, str] = {}
    for requirement in requirements or []:
        if not (parts := re.fullmatch(r"([\w.-]+)==([\w.!+]+)", requirement)):
            fail(f"--with is a package and its version, such as flask==3.0.3: {requirement}", BAD_USAGE)
        pins[canonical(parts[1])] = parts[2]
    return pins


def show_path(path: Path) -> None:
    output.print(f"The report: {path.relative_to(path.parents[2])}", soft_wrap=True)


def percentage(text: str) -> float:
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        fail(f"--fail-if-slower is a percentage, such as 5%: {text}", BAD_USAGE)


@contextmanager
def plain_failures(outcome: Callable[[], str] = lambda: "") -> Iterator[None]:
    """What goes wrong outside of this program is said in a line, with what is left of the run."""
    from harness.k6 import K6Error
    from harness.service import LaunchError
    from loadtests.analysis.merge import MergeError
    from loadtests.cost.instrument import CountError
    from loadtests.measure.plan import PlanError
    from loadtests.measure.run import RunError

    try:
        yield
    except (LaunchError, PlanError, RunError, K6Error, CountError, MergeError) as error:
        fail(f"{error}\n{outcome()}")
    except OSError as error:
        if error.errno not in DISK:
            raise
        path = error.filename or "the results"
        fail(f"Cannot write {path}: {error.strerror}. {DISK[error.errno]}. {outcome()}")


def kept(run: "Run | None") -> str:
    """A run of which nothing was measured leaves no folder."""
    from loadtests.measure.plan import blocks, cells

    if run is None:
        return ""
    if not run.samples:
        run.discard()
        return "Nothing was measured."
    number = len(blocks(cells(run.plan)))
    return f"{number - len(blocks(run.remaining))} of {number} blocks are kept. To go on: {resuming(run)}"


def resuming(run: "Run") -> str:
    return f"just bench --resume {run.name}"


if __name__ == "__main__":
    app.run()
