import re
import secrets
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from conformance.case import SEED, Case, Subject, load
from conformance.findings import Run
from conformance.judge import Judgement, judge
from conformance.levels import LEVELS, Level
from conformance.rules import Rules
from harness.command import (
    Argument,
    Command,
    Exit,
    Interrupted,
    Option,
    fail,
    known,
    output,
    raising,
    screen,
    server_at,
)
from harness.service import LaunchError, declared, installed, services
from harness.wire import everywhere

app = Command("just conform")
REPORT = Path("build/conformance")
HEADER = re.compile(r"[\w-]+:[ -~]+")

HELP = """Hold services to the contract, openapi.yaml.

Each SERVICE is started on a free port with a fresh database and judged, level
by level: basics, items, errors, edges, under concurrency, fuzz (random
requests, held against the contract as a server in memory). The first level
that fails is the last, unless --all. With no SERVICE, all are judged.

[bold]Examples[/bold]

  just conform                       all services, some minutes
  just conform flask_sqlite --short  one service, fewer random examples
  just conform fastapi_orm --database postgresql
                                     on a PostgreSQL that is started for it
  just conform --url http://127.0.0.1:8000
                                     any server that speaks the contract, or
                                     is on its way there
  just conform --url http://127.0.0.1:8000 --all --html build/report.html
                                     all levels, and a page of what was found
  just conform --url http://127.0.0.1:8000 --allow no-store="a CDN adds it"
                                     a deviation that is declared
  just conform flask_sqlite --only "no price"
                                     the cases with this in their names
  just conform --random              other random examples; prints their seed
  just conform --seed 4711           the examples of that seed again

What is wrong is grouped by its cause, with the contract's words and commands
that show it. The rest is in two files, conformance.json and junit.xml.

A server may be at https:// and behind a path; --header 'Authorization: ...'
is for each request. Over TLS, cases of the bare connection are left out, and
SSL_CERT_FILE in the environment names a certificate that is to be trusted.

The services that can are judged on PostgreSQL by --database: on a server of
their own, or in a new database on the one whose URL is given.

A server at a URL gets items created and deleted; its list must be empty, or
--may-delete says that this may be done beside other items, which are read and
left alone. Beside the name of a service, it is judged as that, with its known
failures. Nothing else may write to it meanwhile.

Exit status: 0 all rules hold, 1 one of level MUST does not, 2 bad usage."""

Names = Annotated[list[str] | None, Argument(metavar="[SERVICE]...", show_default=False)]
Url = Annotated[
    str | None, Option("--url", metavar="URL", help="Judge the server that is there; start none.")
]
Headers = Annotated[
    list[str] | None, Option("--header", metavar="'NAME: TEXT'", help="For each request to the URL.")
]
Deletes = Annotated[bool, Option("--may-delete", help="The server at the URL may have items.")]
Database = Annotated[
    str, Option("--database", metavar="KIND", help="sqlite, postgresql, or the URL of a PostgreSQL server.")
]
Short = Annotated[bool, Option("--short", help="Fewer random examples.")]
Only = Annotated[str, Option("--only", metavar="TEXT", help="The cases with this in their names.")]
All = Annotated[bool, Option("--all", help="Go on after a level that fails.")]
Until = Annotated[
    Level, Option("--until", metavar="LEVEL", help="The last level to be judged.", show_default=False)
]
Allowed = Annotated[
    list[str] | None, Option("--allow", metavar="RULE=REASON", help="A rule that is not kept, and why.")
]
Random = Annotated[bool, Option("--random", help="Take a new seed, and print it.")]
Seed = Annotated[
    int | None, Option(min=0, help=f"Of the random examples.  [default: {SEED}]", show_default=False)
]
Folder = Annotated[Path, Option("--report", metavar="DIR", help="Where the two files go.")]
Json = Annotated[Path | None, Option("--json", metavar="FILE", help="What conformance.json has.")]
Junit = Annotated[Path | None, Option("--junit", metavar="FILE", help="What junit.xml has.")]
Html = Annotated[Path | None, Option("--html", metavar="FILE", help="The findings as a page.")]
Publish = Annotated[bool, Option("--publish", help="Write docs/conformance.md; of a full run only.")]


@app.function(HELP)
def conform(
    names: Names = None,
    url: Url = None,
    headers: Headers = None,
    may_delete: Deletes = False,
    database: Database = "sqlite",
    short: Short = False,
    only: Only = "",
    all_levels: All = False,
    until: Until = LEVELS[-1],
    allowed: Allowed = None,
    random: Random = False,
    seed: Seed = None,
    folder: Folder = REPORT,
    json: Json = None,
    junit: Junit = None,
    page: Html = None,
    publish: Publish = False,
) -> None:
    partial = short or bool(only) or until != LEVELS[-1] or bool(allowed) or database != "sqlite"
    check_usage(names or [], url, random=random, seed=seed, partial=partial, publish=publish)
    check_headers(headers or [], url)
    rules = Rules.load()
    rules = rules.model_copy(update={"allowed": deviations(rules, allowed or [])})
    able = on(database, names or [], url)
    seed = secrets.randbelow(2**32) if random else SEED if seed is None else seed
    if random:
        screen.print(f"seed {seed}")
    named = [case for case in load() if only in case.name and LEVELS.index(case.level) <= LEVELS.index(until)]
    if not named:
        fail(f"No case has {only} in its name.", 2)
    kind = database.partition(":")[0]
    cases = [case for case in named if not case.starts or case.database == kind]
    subject = Subject(
        (url or "").rstrip("/"), short=short, seed=seed, postgresql="" if kind == "sqlite" else database
    )
    judging = Judging(rules, cases, all_levels or publish)
    interrupted = 0
    try:
        try:
            with raising(), everywhere(urlsplit(url or "").path, headers or []):
                if url:
                    judging.at_url(subject, (names or [""])[0], may_delete=may_delete)
                else:
                    judging.of_services(names or able, subject)
        except Interrupted as error:
            interrupted = error.exit_status
        if left_out := len([case for case in named if case.starts and kind != case.database == "sqlite"]):
            output.print(f"Left out on PostgreSQL: {left_out} cases that look into SQLite's file.")
        files = {folder / "conformance.json": "json", folder / "junit.xml": "junit"}
        files |= {file: kind for file, kind in ((json, "json"), (junit, "junit"), (page, "html")) if file}
        run = Run(
            url=url or "http://127.0.0.1:8000", seed=seed, short=short, only=only, may_delete=may_delete
        )
        with everywhere("", headers or []):
            conforms = conclude(rules, judging.judged, files, run, publish=publish and not interrupted)
    except LaunchError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'I/O'}: {error.strerror}")
    if interrupted or not conforms:
        raise Exit(interrupted or 1)


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
    if url:
        server_at(url)


def check_headers(headers: list[str], url: str | None) -> None:
    for header in headers:
        if not url or not HEADER.fullmatch(header):
            fail(f"A header is of a server at a URL, such as --header 'Authorization: Bearer x': {header}", 2)


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


def deviations(rules: Rules, allowed: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in allowed]
    known("rule", [rule for rule, _, _ in pairs], list(rules.clauses))
    for rule, _, reason in pairs:
        if not reason.strip():
            fail(f"A deviation has a reason: --allow {rule}='...'", 2)
    return {rule: reason.strip() for rule, _, reason in pairs}


class Judging:
    """What has been judged so far, by the names of the services."""

    def __init__(self, rules: Rules, cases: Sequence[Case], all_levels: bool) -> None:
        self.rules, self.cases, self.all_levels = rules, cases, all_levels
        self.judged: dict[str, Judgement] = {}

    def at_url(self, subject: Subject, service: str, *, may_delete: bool) -> None:
        from conformance.reachable import unreachable
        from conformance.reference.oracle import stored

        if why := unreachable(subject.url):
            fail(why, 2)
        if not may_delete and stored(subject.url, most=1):
            fail(f"{subject.url} has items. Items are created and deleted beside them with --may-delete.", 2)
        if subject.url.startswith("https:"):
            bare = [case for case in self.cases if case.bare]
            screen.print(f"Left out over TLS: {len(bare)} cases that look at a bare connection.")
            self.cases = [case for case in self.cases if not case.bare]
        self.judge(subject, service or subject.url)

    def of_services(self, names: Sequence[str], subject: Subject) -> None:
        from harness import postgresql
        from harness.server import launched

        starts = subject.postgresql == "postgresql"
        with postgresql.server() if starts else nullcontext(subject.postgresql) as databases:
            for name in dict.fromkeys(names):
                installed(name, announce=screen.print)
                with postgresql.environment(databases) as env, launched(name, env) as server:
                    one = replace(subject, url=server.url, service=name, postgresql=databases)
                    self.judge(one, name)
                    server.ensure_running()

    def judge(self, subject: Subject, name: str) -> None:
        start = time.monotonic()
        judgement = self.judged[name] = Judgement()
        levels: list[Level] = []
        with screen.status(f"judging {name}") as status:

            def progress(number: int, cases: int, level: Level) -> None:
                status.update(f"judging {name}: {number} of {cases}, {level}")
                if not screen.is_terminal and level not in levels:
                    levels.append(level)
                    screen.print(f"{name}: {number} of {cases}, {level} …")

            judge(
                subject,
                self.cases,
                self.rules,
                judgement,
                name,
                all_levels=self.all_levels,
                progress=progress,
            )
        screen.print(f"{name}: judged in {time.monotonic() - start:.0f} s")


def conclude(
    rules: Rules, judged: dict[str, Judgement], files: dict[Path, str], run: Run, *, publish: bool
) -> bool:
    from conformance import contract, page, report
    from conformance.judge import cells, conforms
    from harness.document import terminal

    outcomes = {service: judgement.outcomes for service, judgement in judged.items()}
    found = cells(rules, outcomes)
    for file, kind in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(report.written(kind, rules, judged, found, run).encode(errors="replace"))
    output.print(report.matrix(rules, found))
    output.print(report.LEGEND, style="dim")
    if publish:
        page.publish(found)
    for service, judgement in judged.items():
        terminal(report.blocks(rules, service, judgement, run, report.SHOWN), output)
        if line := report.claim(rules, judgement, run):
            output.print(f"For a README: {line}", markup=False, soft_wrap=True)
    output.print(
        f"Edition {contract.edition()} of the contract. The reports: {', '.join(map(str, files))}",
        soft_wrap=True,
    )
    return conforms(found) and not any(judgement.stopped for judgement in judged.values())


if __name__ == "__main__":
    app.run()
