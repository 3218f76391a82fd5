from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from harness.command import Argument, Command, Option, fail, output

if TYPE_CHECKING:
    from rich.table import Table

    from loadtests.report.compare import Change
    from loadtests.runner.record import Run

app = Command("just")

RunName = Annotated[str, Argument(metavar="RUN", show_default=False, help="A folder of results/")]


@app.function()
def report(
    run: Annotated[
        str | None,
        Argument(metavar="[RUN]", show_default=False, help="A folder of results/; the latest finished run"),
    ] = None,
) -> None:
    """Write report.html, report.md and picture.svg of a run into its folder."""
    from loadtests.report import page

    path = page.write(found(run) if run else latest_finished())
    output.print(f"The report: {path.relative_to(path.parents[2])}", soft_wrap=True)


@app.function()
def compare(
    before: RunName,
    after: RunName,
    *,
    markdown: Annotated[bool, Option("--markdown", help="Print Markdown")] = False,
) -> None:
    """Show what changed from one run to another."""
    from loadtests.report import compare as comparing
    from loadtests.report import orders, page

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
        output.print(f"{name}: {one} → {other}", markup=False)
    output.print(table(changes))
    output.print(
        f"\n=: the two cannot be told apart. {comparing.told(agreement)}", markup=False, soft_wrap=True
    )
    if by_size:
        output.print(by_size, markup=False, soft_wrap=True)


def table(changes: Iterable["Change"]) -> "Table":
    """A part for each scenario and measure; 80 columns are enough."""
    from rich.table import Table

    from loadtests.report import compare as comparing
    from loadtests.report import words

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


def found(name: str) -> "Run":
    from loadtests.runner import record

    name = Path(name).name  # results/<run>, as a shell completes it, is the run too
    if name not in record.names():
        fail(f"{name} is not a run. The runs: {', '.join(record.names()) or 'none yet'}")
    try:
        return record.found(name)
    except record.RecordError as error:
        fail(str(error))


def latest_finished() -> "Run":
    from loadtests.runner import record

    finished = (run for name in reversed(record.names()) if not (run := found(name)).remaining)
    return next(finished, None) or fail("No run is finished. To measure one: just bench")


if __name__ == "__main__":
    app.run()
