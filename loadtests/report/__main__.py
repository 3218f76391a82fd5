from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from loadtests.report import compare as comparing
from loadtests.report import orders, page, words
from loadtests.report.compare import Change
from loadtests.runner import record
from loadtests.runner.record import RecordError, Run

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
screen = Console(highlight=False)

RunName = Annotated[str, typer.Argument(metavar="RUN", show_default=False, help="A folder of results/")]


@app.command()
def report(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]", show_default=False, help="A folder of results/; the latest finished run"
        ),
    ] = None,
) -> None:
    """Write report.html, report.md and picture.svg of a run into its folder."""
    path = page.write(found(run) if run else latest_finished())
    screen.print(f"The report: {path.relative_to(path.parents[2])}", soft_wrap=True)


@app.command()
def compare(
    before: RunName,
    after: RunName,
    *,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown")] = False,
) -> None:
    """Show what changed from one run to another."""
    ones, others = page.of(found(before)), page.of(found(after))
    changes = comparing.changes(ones, others)
    if not changes:
        fail("The two runs have no variant and no scenario in common.")
    agreement, differences = comparing.agreement(ones, others), list(comparing.differences(ones, others))
    factors = orders.agreement(ones, others)
    by_size = comparing.told(factors, "factors by the size of their effect") if factors else ""
    if markdown:
        shown = {"before": ones.name, "after": others.name, "changes": changes, "agreement": agreement}
        print(page.compared(shown | {"differences": differences, "by_size": by_size}), end="")
        return
    for name, one, other in differences:
        screen.print(f"{name}: {one} → {other}", markup=False)
    screen.print(table(changes))
    screen.print(
        f"\n=: the two cannot be told apart. {comparing.told(agreement)}", markup=False, soft_wrap=True
    )
    if by_size:
        screen.print(by_size, markup=False, soft_wrap=True)


def table(changes: Iterable[Change]) -> Table:
    """A part for each scenario and measure; 80 columns are enough."""
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    shown.add_column("", overflow="fold")  # a name may be broken, a figure not
    for heading in ("before", "after", "times as well", ""):
        shown.add_column(heading, justify="right", no_wrap=True)
    for (scenario, measure), group in groupby(changes, key=lambda each: (each.scenario, comparing.of(each))):
        shown.add_row()
        shown.add_row(f"{scenario}, {measure}", style="bold")
        for each in group:
            figures = (words.number(each.before), words.number(each.after), words.factor(each.times))
            style = {"better": "green", "worse": "red"}.get(each.direction)
            shown.add_row(f"  {each.variant}", *figures, comparing.verdict(each, unsure="="), style=style)
    return shown


def found(name: str) -> Run:
    name = Path(name).name  # results/<run>, as a shell completes it, is the run too
    if name not in record.names():
        fail(f"{name} is not a run. The runs: {', '.join(record.names()) or 'none yet'}")
    try:
        return record.found(name)
    except RecordError as error:
        fail(str(error))


def latest_finished() -> Run:
    finished = (run for name in reversed(record.names()) if not (run := found(name)).remaining)
    return next(finished, None) or fail("No run is finished. To measure one: just bench")


def fail(message: str) -> NoReturn:
    Console(stderr=True, highlight=False).print(message, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app(prog_name="just")
