import re
import secrets
from pathlib import Path
from typing import Annotated

from conformance.judge import SEED, JudgeError
from conformance.outcome import Outcome
from harness.command import Argument, Command, Exit, Option, fail, interruptible, known, output, screen
from harness.service import LaunchError, services

app = Command("just conform")
REPORT = Path("build/conformance")
SERVER = re.compile(r"http://[^/?#\s]+/?")

HELP = """Hold services to the contract, openapi.yaml.

Each SERVICE is started on a free port with a fresh database and judged: by
raw HTTP cases, by Schemathesis, by Schemathesis with a model of the items
that follows the run, and by a client generated from the contract. Two or
more are also started together, and must answer random requests alike. With
no SERVICE, all are judged. The result is a matrix of the rules
(conformance/rules.toml) and the services, and two files, conformance.json
and junit.xml.

[bold]Examples[/bold]

  just conform                       all services, some minutes
  just conform flask_sqlite --short  one service, fewer random examples
  just conform --url http://127.0.0.1:8000
                                     any server that speaks the contract
  just conform --random              other random examples; prints their seed
  just conform --seed 4711           the examples of that seed again

A server at a URL gets items created and deleted. Items that it has before
are read and left alone. Nothing else may write to it meanwhile.

One case by hand:

  .venv/bin/python -m pytest conformance --url URL -k "no price"

Exit status: 0 all rules hold, 1 one of level MUST does not, 2 bad usage."""

Names = Annotated[list[str] | None, Argument(metavar="[SERVICE]...", show_default=False)]
Url = Annotated[
    str | None, Option("--url", metavar="URL", help="Judge the server that is there; start none.")
]
Short = Annotated[bool, Option("--short", help="Fewer random examples.")]
Random = Annotated[bool, Option("--random", help="Take a new seed, and print it.")]
Seed = Annotated[
    int | None, Option(min=0, help=f"Of the random examples.  [default: {SEED}]", show_default=False)
]
Folder = Annotated[Path, Option("--report", metavar="DIR", help="Where the two files go.")]
Publish = Annotated[bool, Option("--publish", help="Write the README's table; of a full run only.")]


@app.function(HELP)
def conform(
    names: Names = None,
    url: Url = None,
    short: Short = False,
    random: Random = False,
    seed: Seed = None,
    folder: Folder = REPORT,
    publish: Publish = False,
) -> None:
    from conformance.judged import UnreachableError, at_url, of_services

    check_usage(names or [], url, random=random, seed=seed, publish=publish, short=short)
    seed = secrets.randbelow(2**32) if random else SEED if seed is None else seed
    if random:
        screen.print(f"seed {seed}")
    try:
        with interruptible(lambda: "Nothing was concluded."):
            if url:
                outcomes = at_url(url, short, seed, screen)
            else:
                outcomes = of_services(names or services(), short, seed, screen)
        conclude(outcomes, folder, {"seed": seed, "short": short}, publish=publish)
    except UnreachableError as error:
        fail(str(error), 2)
    except (JudgeError, LaunchError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'I/O'}: {error.strerror}")


def check_usage(
    names: list[str], url: str | None, *, random: bool, seed: int | None, publish: bool, short: bool
) -> None:
    known("service", names, services())
    if url and names:
        fail("Either services or --url, not both.", 2)
    if random and seed is not None:
        fail("Either --random or --seed, not both.", 2)
    if publish and (names or url or short):
        fail("--publish needs a full run of all services.", 2)
    if url and not SERVER.fullmatch(url):
        fail(f"Not the URL of a server, such as http://127.0.0.1:8000: {url}", 2)


def conclude(
    outcomes: dict[str, list[Outcome]], folder: Path, run: dict[str, int | bool], *, publish: bool
) -> None:
    from conformance import report, table
    from conformance.ledger import Ledger
    from conformance.verdict import cells, conforms, findings

    ledger = Ledger.load()
    found = cells(ledger, outcomes)
    report.write(folder, ledger, outcomes, found, run)
    output.print(report.matrix(ledger, found))
    output.print(report.LEGEND, style="dim")
    for line in report.lines(list(findings(ledger, outcomes))):
        output.print(line, markup=False, soft_wrap=True)
    if publish:
        table.publish(found)
    for service, all_of_it in outcomes.items():
        output.print(report.count(ledger, service, all_of_it))
    output.print(f"The reports: {folder}/", soft_wrap=True)
    if not conforms(ledger, found):
        raise Exit(1)


if __name__ == "__main__":
    app.run()
