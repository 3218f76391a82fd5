from pathlib import Path
from typing import Annotated

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rich.table import Table

from harness.command import Argument, Command, Option, fail, known, output
from harness.service import LaunchError, installed, services
from loadtests.profile import gains, parts
from loadtests.profile.sampling import RATE, Found, profiled
from loadtests.report import page as page_of
from loadtests.report import targets
from loadtests.report.results import Results
from loadtests.runner import record
from loadtests.runner.record import Run

PAGE = Path(__file__).parents[2] / "docs" / "profile.md"

app = Command("just profile")

HELP = """Say where the time of a request goes inside each application.

Each SERVICE's application is called in one process, without a server, for some
seconds for each operation, while py-spy samples its stacks; with no SERVICE, all
are. Beside it stands what its tutorial twin takes for the same.

[bold]Examples[/bold]

  just profile                   all services
  just profile flask_orm         one
  just profile --publish         write docs/profile.md, too

The page also says what a service could still gain on its twin, of the latest
published run of the plan `efficiency`."""


@app.function(HELP)
def main(
    names: Annotated[list[str] | None, Argument(metavar="[SERVICE]...", show_default=False)] = None,
    *,
    seconds: Annotated[float, Option(min=0.5, help="For each operation.")] = 3,
    publish: Annotated[bool, Option("--publish", help="Write docs/profile.md; of all services.")] = False,
) -> None:
    known("service", names or [], services())
    if publish and names:
        fail("--publish is of all services: name none", 2)
    found: dict[str, dict[str, Found]] = {}
    try:
        for name in names or services():
            installed(name, announce=output.print)
            found[name] = profiled(name, seconds, output)
            output.print(table(name, found[name]))
    except LaunchError as error:
        fail(str(error))
    if publish:
        PAGE.write_text(page(found, page_of.of(latest())))


def latest() -> Run:
    names = [name for name in record.names() if name.endswith("-efficiency")]
    if not names:
        fail("There is no run of the plan efficiency: just bench --plan efficiency")
    return record.found(names[-1])


def cell(part: str, found: dict[str, float]) -> str:
    return f"{found[part]:.0f}" if found.get(part, 0) >= 0.5 else ""


def table(service: str, found: dict[str, Found]) -> Table:
    shown = Table(title=f"{service}: µs of processor time per request", title_justify="left")
    for column in ("operation", "µs", *parts.PARTS, "twin"):
        shown.add_column(column, justify="left" if column == "operation" else "right")
    for operation, one in found.items():
        cells = [cell(part, one.parts) for part in parts.PARTS]
        shown.add_row(operation, f"{one.cpu:.0f}", *cells, f"{one.twin:.0f}")
    return shown


def page(found: dict[str, dict[str, Found]], results: Results) -> str:
    environment = Environment(  # noqa: S701 - Markdown is not HTML
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"cell": cell, "times": "{:.2f}".format}
    template = environment.get_template("page.jinja")
    shown = {"services": found, "parts": list(parts.PARTS), "rate": RATE, "run": results.name}
    left = list(gains.gains(results, found, targets.read()))
    return template.render(shown, gains=left).rstrip() + "\n"


if __name__ == "__main__":
    app.run()
