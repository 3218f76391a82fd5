import re
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from conformance.case import LEVELS, SEED, Level, Subject, load
from conformance.findings import Run
from conformance.judge import Judgement, cells, conforms, judge, patient, unreachable
from conformance.rules import Rules
from harness.command import (
    BAD_USAGE,
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
  just conform --url http://127.0.0.1:8000 --all
                                     all levels, also after one that fails
  just conform --url http://127.0.0.1:8000 --allow no-store="a CDN adds it"
                                     a deviation that is declared
  just conform flask_sqlite --only "no price"
                                     the cases with this in their names
  just conform --seed 4711           other random examples

What is wrong is grouped by its cause, with the contract's words and commands
that show it. The rest is in three files of the folder --report, or else
build/conformance: conformance.json, junit.xml and report.html.

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
Url = Annotated[str, Option("--url", metavar="URL", help="Judge the server that is there; start none.")]
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
Seed = Annotated[int, Option(min=0, help="Of the random examples.")]
Folder = Annotated[Path, Option("--report", metavar="DIR", help="Where the three files go.")]
Publish = Annotated[bool, Option("--publish", help="Write docs/conformance.md; of a full run only.")]


@app.function(HELP)
def conform(
    names: Names = None,
    url: Url = "",
    headers: Headers = None,
    may_delete: Deletes = False,
    database: Database = "sqlite",
    short: Short = False,
    only: Only = "",
    all_levels: All = False,
    until: Until = LEVELS[-1],
    allowed: Allowed = None,
    seed: Seed = SEED,
    folder: Folder = REPORT,
    publish: Publish = False,
) -> None:
    names, headers = names or [], headers or []
    partial = short or only or until != LEVELS[-1] or allowed or database != "sqlite"
    check_usage(names, url, headers)
    if publish and (names or url or partial):
        fail("--publish needs a full run of all services.", BAD_USAGE)
    rules = Rules.load()
    rules = rules.model_copy(update={"allowed": deviations(rules, allowed or [])})
    kind, able = database_kind(database, names, url)
    named = [case for case in load() if only in case.name and LEVELS.index(case.level) <= LEVELS.index(until)]
    if not named:
        fail(f"No case has {only} in its name.", BAD_USAGE)
    over_tls = url.startswith("https:")
    cases = [
        case
        for case in named
        if (not case.databases or kind in case.databases) and not (over_tls and case.bare)
    ]
    if not cases:
        where = "over TLS" if over_tls else f"on {kind}"
        fail(f"No case that has {only} in its name can be tried {where}.", BAD_USAGE)
    postgresql = "" if kind == "sqlite" else database
    subject = Subject(url.rstrip("/"), short=short, seed=seed, postgresql=postgresql)
    judged: dict[str, Judgement] = {}
    run = Run(url=url, seed=seed, short=short, only=only, may_delete=may_delete)
    interrupted = 0
    try:
        try:
            subjects = (
                at_url(subject, names, may_delete=may_delete) if url else of_services(subject, names or able)
            )
            with raising(), everywhere(urlsplit(url).path, headers), closing(subjects):
                for name, subject in subjects:
                    judged[name] = Judgement()
                    steps = judge(subject, cases, rules, judged[name], name, all_levels=all_levels or publish)
                    show_progress(name, steps)
        except Interrupted as error:
            interrupted = error.exit_status
        if kind != "sqlite" and (left_out := [case.name for case in named if case.databases == ("sqlite",)]):
            output.print(f"Left out on PostgreSQL: {', '.join(left_out)}.")
        with everywhere("", headers):
            holds = conclude(rules, judged, folder, run, publish=publish and not interrupted)
    except LaunchError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'I/O'}: {error.strerror}")
    if interrupted or not holds:
        raise Exit(interrupted or 1)


def check_usage(names: list[str], url: str, headers: list[str]) -> None:
    known("service", names, services())
    if url and len(names) > 1:
        fail("The server at a URL is judged as one service, not as several.", BAD_USAGE)
    if url:
        server_at(url)
    for header in headers:
        if not url or not HEADER.fullmatch(header):
            message = "A header is of a server at a URL, such as --header 'Authorization: Bearer x'"
            fail(f"{message}: {header}", BAD_USAGE)


def database_kind(database: str, names: list[str], url: str) -> tuple[str, list[str]]:
    """The kind, and the services that can use it; fails where one of those that are named cannot."""
    kind, _, address = database.partition("://")
    if kind not in ("sqlite", "postgresql") or (kind == "sqlite" and address):
        urls = "postgresql://USER:PASSWORD@HOST/NAME"
        fail(f"A database is sqlite, postgresql, or the URL of a server: {urls}", BAD_USAGE)
    if url and kind != "sqlite":
        fail("The server at a URL has its database already: --database is of services.", BAD_USAGE)
    able = [name for name in services() if kind in declared(name).databases]
    known(f"service on {kind}", names, able)
    return kind, able


def deviations(rules: Rules, allowed: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in allowed]
    known("rule", [rule for rule, _, _ in pairs], list(rules.clauses))
    for rule, _, reason in pairs:
        if not reason.strip():
            fail(f"A deviation has a reason: --allow {rule}='...'", BAD_USAGE)
    return {rule: reason.strip() for rule, _, reason in pairs}


def at_url(
    subject: Subject, names: Sequence[str], *, may_delete: bool
) -> Generator[tuple[str, Subject], None, None]:
    from conformance.reference.oracle import left_as_it_was, stored

    if reason := unreachable(subject.url):
        fail(reason, BAD_USAGE)
    with ExitStack() as stack:
        with patient():
            if not may_delete and stored(subject.url, most=1):
                reason = "has items. Items are created and deleted beside them with --may-delete."
                fail(f"{subject.url} {reason}", BAD_USAGE)
            stack.enter_context(left_as_it_was(subject.url))
        if subject.url.startswith("https:"):
            screen.print("Left out over TLS: the cases that look at a bare connection.")
        try:
            yield "".join(names) or subject.url, subject
        finally:
            with patient():
                stack.close()


def of_services(subject: Subject, names: Sequence[str]) -> Generator[tuple[str, Subject], None, None]:
    from harness import postgresql
    from harness.server import launched

    starts = subject.postgresql == "postgresql"
    with postgresql.server() if starts else nullcontext(subject.postgresql) as databases:
        for name in dict.fromkeys(names):
            installed(name, announce=screen.print)
            with postgresql.environment(databases) as env, launched(name, env) as server:
                yield name, replace(subject, url=server.url, service=name, postgresql=databases)
                server.ensure_running()


def show_progress(name: str, steps: Iterable[tuple[int, int, Level]]) -> None:
    start, before = time.monotonic(), ""
    with screen.status(f"judging {name}") as status:
        for number, cases, level in steps:
            status.update(f"judging {name}: {number} of {cases}, {level}")
            if not screen.is_terminal and level != before:
                before = level
                screen.print(f"{name}: {number} of {cases}, {level} …")
    screen.print(f"{name}: judged in {time.monotonic() - start:.0f} s")


def conclude(rules: Rules, judged: dict[str, Judgement], folder: Path, run: Run, *, publish: bool) -> bool:
    from conformance import contract, page, report
    from harness.document import Text, terminal

    outcomes = {service: judgement.outcomes for service, judgement in judged.items()}
    grades = cells(rules, outcomes)
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in {
        "conformance.json": report.as_json(rules, judged, grades, run),
        "junit.xml": report.as_junit(rules, outcomes),
        "report.html": report.as_html(rules, judged, run),
    }.items():
        (folder / file).write_bytes(text.encode(errors="replace"))
    terminal([report.matrix(rules, grades), Text(report.LEGEND)], output)
    if publish:
        page.publish(grades)
    for service, judgement in judged.items():
        terminal(report.blocks(rules, service, judgement, run, report.SHOWN), output)
        if line := report.claim(rules, service, judgement, run):
            output.print(f"For a README: {line}", markup=False, soft_wrap=True)
    output.print(f"Edition {contract.edition()} of the contract. The reports: {folder}", soft_wrap=True)
    return conforms(grades) and not any(judgement.stopped for judgement in judged.values())


if __name__ == "__main__":
    app.run()
