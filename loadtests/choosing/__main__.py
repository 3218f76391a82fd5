# ruff: noqa: E402 - the imports take a while, in which a Ctrl-C would print a traceback
import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

from typing import NoReturn

import typer
from rich.console import Console

from loadtests.choosing import page, runs
from loadtests.runner.record import RecordError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
screen = Console(highlight=False)

HELP = f"""Write docs/choosing.md, the page for whoever has to choose, and its pictures.

It is made of the newest published run of each of these plans; a run is
published when it is part of the repository: git add --force results/RUN

  {", ".join(plan for plan in runs.PLANS if plan != "attribution_before")}

Only efficiency has to be there; what another would tell is left out until it
is measured: just bench --plan PLAN. After a new run the page has to be written
again, which `just test-tools` looks at."""


@app.command(help=HELP)
def main() -> None:
    try:
        found = runs.read(runs.published())
    except RecordError as error:
        fail(str(error))
    for plan, source in found.by_plan.items():
        screen.print(f"{plan.replace('_', ' ')}: {source.results.name}", soft_wrap=True)
    if missing := [plan for plan in runs.PLANS if plan not in found.by_plan]:
        screen.print(f"Not measured yet, and left out: {', '.join(missing)}", soft_wrap=True)
    with screen.status("Reading the runs ..."):
        page.write(found)
    screen.print("The page: docs/choosing.md")


def fail(message: str) -> NoReturn:
    Console(stderr=True, highlight=False).print(message, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app(prog_name="just choosing")
