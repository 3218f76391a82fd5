"""docs/reliability.md, made of what was found."""

from importlib import import_module
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from torture import record
from torture.lane import EXPERIMENTS
from torture.record import Table

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"


def done(experiment: str) -> str:
    """The first line of its module."""
    return (import_module(EXPERIMENTS[experiment].__module__).__doc__ or "").splitlines()[0]


def claimed(experiment: str) -> str:
    """The first line of the experiment itself."""
    return (EXPERIMENTS[experiment].__doc__ or "").splitlines()[0]


def publish(newer: Table) -> None:
    """What is measured anew takes the place of what was kept."""
    table = record.kept().with_newer(newer.root)
    record.keep(table)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(rendered(table))


def rendered(table: Table) -> str:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(  # noqa: S701 - Markdown is not HTML
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    shown = [name for name in EXPERIMENTS if any(name in records for records in table.root.values())]
    return environment.get_template("reliability.jinja").render(
        table=table.root,
        experiments={name: f"{done(name)} {claimed(name)}" for name in shown},
        figures=figures,
    )


def figures(table: dict[str, dict[str, record.Record]], experiment: str) -> list[str]:
    """Of all services, each once."""
    records = [found[experiment] for found in table.values() if experiment in found]
    return list(dict.fromkeys(what for each in records for what in each.figures))
