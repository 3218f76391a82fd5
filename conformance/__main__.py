import re
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from conformance.case import SEED, Case, Subject, load
from conformance.judge import JudgeError, Outcome, judge
from harness.command import Argument, Command, Exit, Option, fail, interruptible, known, output, screen
from harness.service import LaunchError, declared, installed, services

app = Command("just conform")
REPORT = Path("build/conformance")
SERVER = re.compile(r"http://[^/?#\s]+/?")

HELP = """Hold services to the contract, openapi.yaml.

Each SERVICE is started on a free port with a fresh database and judged: by
the cases of conformance/cases, and by random requests whose answers are held
against the contract as a server in memory. With no SERVICE, all are judged.
The result is a matrix of the rules (conformance/rules.toml) and the services,
and two files, conformance.json and junit.xml.

[bold]Examples[/bold]

  just conform                       all services, some minutes
  just conform flask_sqlite --short  one service, fewer random examples
  just conform fastapi_orm --database postgresql
                                     on a PostgreSQL that is started for it
  just conform --url http://127.0.0.1:8000
                                     any server that speaks the contract
  just conform flask_sqlite --only "no price"
                                     the cases with this in their names
  just conform --random              other random examples; prints their seed
  just conform --seed 4711           the examples of that seed again

The services that can are judged on PostgreSQL by --database: on a server of
their own, or in a new database on the one whose URL is given.

A server at a URL gets items created and deleted; beside the name of a
service, it is judged as that, with its known failures. Items that it has before
are read and left alone. Nothing else may write to it meanwhile.

Exit status: 0 all rules hold, 1 one of level MUST does not, 2 bad usage."""

Names = Annotated[list[str] | None, Argument(metavar="[SERVICE]...", show_default=False)]
Url = Annotated[
    str | None, Option("--url", metavar="URL", help="Judge the server that is there; start none.")
]
Database = Annotated[
    str, Option("--database", metavar="KIND", help="sqlite, postgresql, or the URL of a PostgreSQL server.")
]
Short = Annotated[bool, Option("--short", help="Fewer random examples.")]
Only = Annotated[str, Option("--only", metavar="TEXT", help="The cases with this in their names.")]
Random = Annotated[bool, Option("--random", help="Take a new seed, and print it.")]
Seed = Annotated[
    int | None, Option(min=0, help=f"Of the random examples.  [default: {SEED}]", show_default=False)
]
Folder = Annotated[Path, Option("--report", metavar="DIR", help="Where the two files go.")]
Publish = Annotated[bool, Option("--publish", help="Write docs/conformance.md; of a full run only.")]


@app.function(HELP)
def conform(
    names: Names = None,
    url: Url = None,
    database: Database = "sqlite",
    short: Short = False,
    only: Only = "",
    random: Random = False,
    seed: Seed = None,
    folder: Folder = REPORT,
    publish: Publish = False,
) -> None:
    partial = short or bool(only) or database != "sqlite"
    check_usage(names or [], url, random=random, seed=seed, partial=partial, publish=publish)
    able = on(database, names or [], url)
    seed = secrets.randbelow(2**32) if random else SEED if seed is None else seed
    if random:
        screen.print(f"seed {seed}")
    named = [case for case in load() if only in case.name]
    if not named:
        fail(f"No case has {only} in its name.", 2)
    kind = database.partition(":")[0]
    cases = [case for case in named if not case.starts or case.database == kind]
    subject = Subject(url or "", short=short, seed=seed, postgresql="" if kind == "sqlite" else database)
    try:
        with interruptible(lambda: "Nothing was concluded."):
            outcomes = at_url(subject, cases, names) if url else of_services(names or able, subject, cases)
        if left_out := len([case for case in named if case.starts and kind != case.database == "sqlite"]):
            output.print(f"Left out on PostgreSQL: {left_out} cases that look into SQLite's file.")
        conclude(outcomes, folder, {"seed": seed, "short": short, "only": only}, publish=publish)
    except (JudgeError, LaunchError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'I/O'}: {error.strerror}")


def check_usage(
    names: list[str], url: str | None, *, random: bool, seed: int | None, partial: bool, publish: bool
) -> None:
    known("service", names, services())
    if url and len(names) > 1:
        fail("The server at a URL is judged as one service, not as several.", 2)
    if random and seed is not None:
        fail("Either --random or --seed, not both.", 2)
    if publish and (names or url or partial):
        fail("--publish needs a full run of all services.", 2)
    if url and not SERVER.fullmatch(url):
        fail(f"Not the URL of a server, such as http://127.0.0.1:8000: {url}", 2)


def on(database: str, names: list[str], url: str | None) -> list[str]:
    """The services that can be on this database; fails where one of the names cannot."""
    kind, _, rest = database.partition("://")
    if kind not in ("sqlite", "postgresql") or (kind == "sqlite" and rest):
        fail(
            "A database is sqlite, postgresql, or the URL of a server: postgresql://USER:PASSWORD@HOST/NAME",
            2,
        )
    if url and kind != "sqlite":
        fail("The server at a URL has its database already: --database is of services.", 2)
    able = [name for name in services() if kind in declared(name).databases]
    for name in names:
        if name not in able:
            fail(f"{name} cannot be on {kind}. {', '.join(able) or 'None'} can.", 2)
    return able


def at_url(subject: Subject, cases: Sequence[Case], names: Sequence[str] | None) -> dict[str, list[Outcome]]:
    import h11

    from harness.wire import Request, exchange

    try:
        exchange(subject.url, Request("GET", "/healthz"))
    except (OSError, ValueError, h11.ProtocolError) as error:
        fail(f"No HTTP server answers at {subject.url}: {error}", 2)
    [name] = names or [subject.url]
    with timed(name):
        return {name: list(judge(subject, cases))}


def of_services(names: Sequence[str], subject: Subject, cases: Sequence[Case]) -> dict[str, list[Outcome]]:
    from harness import postgresql
    from harness.server import launched

    outcomes = {}
    starts = subject.postgresql == "postgresql"
    with postgresql.server() if starts else nullcontext(subject.postgresql) as databases:
        for name in dict.fromkeys(names):
            installed(name, announce=screen.print)
            with timed(name), postgresql.environment(databases) as env, launched(name, env) as server:
                one = replace(subject, url=server.url, service=name, postgresql=databases)
                outcomes[name] = list(judge(one, cases))
                server.ensure_running()
    return outcomes


@contextmanager
def timed(name: str) -> Iterator[None]:
    start = time.monotonic()
    if not screen.is_terminal:
        screen.print(f"{name} …")
    with screen.status(f"judging {name}"):
        yield
    screen.print(f"{name}: judged in {time.monotonic() - start:.0f} s")


def conclude(
    outcomes: dict[str, list[Outcome]], folder: Path, run: dict[str, int | str], *, publish: bool
) -> None:
    from conformance import contract, page, report
    from conformance.judge import cells, conforms
    from conformance.rules import Rules

    rules = Rules.load()
    found = cells(rules, outcomes)
    report.write(folder, rules, outcomes, found, run)
    output.print(report.matrix(rules, found))
    output.print(report.LEGEND, style="dim")
    for line in report.lines(rules, outcomes):
        output.print(line, markup=False, soft_wrap=True)
    if publish:
        page.publish(found)
    for service, judged in outcomes.items():
        output.print(report.count(rules, service, judged), soft_wrap=True)
    output.print(f"Edition {contract.edition()} of the contract. The reports: {folder}/", soft_wrap=True)
    if not conforms(found):
        raise Exit(1)


if __name__ == "__main__":
    app.run()
