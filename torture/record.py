"""What was found, as it is kept."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, RootModel

from torture.experiment import Found

KEPT = Path(__file__).with_name("results.json")


class Record(BaseModel):
    """One experiment on one service."""

    date: str
    seconds: float
    figures: dict[str, str]
    faults: list[str]

    @classmethod
    def of(cls, found: Found, seconds: float) -> Self:
        return cls(
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            seconds=round(seconds, 1),
            figures=found.figures,
            faults=found.faults,
        )


class Table(RootModel[dict[str, dict[str, Record]]]):
    """By service and by experiment."""

    def with_newer(self, newer: Mapping[str, Mapping[str, Record]]) -> "Table":
        names = sorted({*self.root, *newer})
        return Table({name: {**self.root.get(name, {}), **newer.get(name, {})} for name in names})


def kept() -> Table:
    return Table.model_validate_json(KEPT.read_text()) if KEPT.exists() else Table({})


def keep(table: Table) -> None:
    KEPT.write_text(table.model_dump_json(indent=1) + "\n")
