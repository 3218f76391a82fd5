"""docs/reliability.md, made of the records that are kept of every experiment on every service."""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, RootModel

from torture.experiment import Result
from torture.experiments import EXPERIMENTS

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
KEPT = Path(__file__).with_name("results.json")


class Record(BaseModel):
    """One experiment on one service."""

    edition: str = "1.0.0"  # the version of the service
    date: str
    seconds: float
    figures: dict[str, str]
    faults: list[str]

    @classmethod
    def of(cls, edition: str, result: Result, seconds: float) -> Self:
        return cls(
            edition=edition,
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            seconds=round(seconds, 1),
            figures=result.figures,
            faults=result.faults,
        )


class Table(RootModel[dict[str, dict[str, Record]]]):
    """By service and by experiment."""

    def with_newer(self, newer: Mapping[str, Mapping[str, Record]]) -> "Table":
        """In the order of the experiments; what is no experiment any more goes."""
        merged = {name: {**self.root.get(name, {}), **newer.get(name, {})} for name in {*self.root, *newer}}
        return Table(
            {
                name: {
                    experiment: merged[name][experiment]
                    for experiment in EXPERIMENTS
                    if experiment in merged[name]
                }
                for name in sorted(merged)
            }
        )


def kept() -> Table:
    return Table.model_validate_json(KEPT.read_text()) if KEPT.exists() else Table({})


def publish(newer: Table) -> None:
    """What is measured anew takes the place of what was kept."""
    table = kept().with_newer(newer.root)
    KEPT.write_text(table.model_dump_json(indent=1) + "\n")
    PAGE.write_text(rendered(table))


def rendered(table: Table) -> str:
    environment = Environment(  # noqa: S701 - Markdown is not HTML
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    names = [name for name in EXPERIMENTS if any(name in records for records in table.root.values())]
    editions = sorted({record.edition for records in table.root.values() for record in records.values()})
    return environment.get_template("reliability.jinja").render(
        table=table.root,
        experiments={name: about(name) for name in names},
        figures=figures,
        editions=" and ".join(editions),
    )


def about(experiment: str) -> str:
    """The first line of its module, which says what is done; and its own, which says what must hold."""
    function = EXPERIMENTS[experiment]
    docstrings = (import_module(function.__module__).__doc__, function.__doc__)
    return " ".join((docstring or "").splitlines()[0] for docstring in docstrings)


def figures(table: dict[str, dict[str, Record]], experiment: str) -> list[str]:
    """Of all services, each once."""
    records = [records[experiment] for records in table.values() if experiment in records]
    return list(dict.fromkeys(what for record in records for what in record.figures))
