"""docs/reliability.md, made of the records that are kept of every experiment on every service."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, TypeAdapter

from harness.document import Block, Bullets, Heading, Span, Table, Text, markdown
from torture.experiments import EXPERIMENTS
from torture.postgresql import ON_POSTGRESQL
from torture.service import Result

PAGE = Path(__file__).parents[1] / "docs" / "reliability.md"
KEPT = Path(__file__).with_name("results.json")
EVERY = ON_POSTGRESQL | EXPERIMENTS


class Record(BaseModel):
    """One experiment on one service."""

    edition: str  # the version of the service
    date: str
    seconds: float
    figures: dict[str, str]
    faults: list[str]

    @classmethod
    def of(cls, edition: str, result: Result, seconds: float) -> Self:
        date = f"{datetime.now(UTC):%Y-%m-%d}"
        figures = {label: f"{number:,}" for label, number in result.counts.items()} | result.figures
        return cls(
            edition=edition, date=date, seconds=round(seconds, 1), figures=figures, faults=result.faults
        )


Records = Mapping[str, Mapping[str, Record]]  # by service, by experiment
STORED = TypeAdapter[Records](Records)


def kept() -> Records:
    return STORED.validate_json(KEPT.read_bytes())


def newer(records: Records, service: str, experiment: str, record: Record) -> Records:
    """What is measured anew takes the place of what was kept; what is no experiment any more goes."""
    of_service = {**records.get(service, {}), experiment: record}
    ordered = {name: of_service[name] for name in EVERY if name in of_service}
    return dict(sorted({**records, service: ordered}.items()))


def publish(records: Records) -> None:
    KEPT.write_bytes(STORED.dump_json(records, indent=1) + b"\n")
    PAGE.write_text(markdown(page(records)))


def page(services: Records) -> Iterator[Block]:
    cells = [record for records in services.values() for record in records.values()]
    editions, days = sorted({record.edition for record in cells}), sorted({record.date for record in cells})
    yield Heading(1, "Reliability")
    yield Text(
        f"What `just torture` did to each service, edition {' and '.join(editions)}, and what came of it. "
        f"Every line is a count of the last long run of that experiment on that service ({', '.join(days)}); "
        "`just torture --publish` writes this page. A fault is what must never be: a write lost or done "
        "twice, an answer of 5xx but the 503 of the contract, a hang, memory past an experiment's limit, "
        "an answer that says too much. A column is of a service on SQLite, unless it says PostgreSQL."
    )
    names = [name for name in EVERY if any(name in records for records in services.values())]
    yield Table(
        ["faults", *services],
        [
            [
                Span(name, link=f"#{name}"),
                *(str(len(records[name].faults)) if name in records else "" for records in services.values()),
            ]
            for name in names
        ],
    )
    for name in names:
        columns = {service: records[name] for service, records in services.items() if name in records}
        labels = dict.fromkeys(label for record in columns.values() for label in record.figures)
        yield Heading(2, name)
        yield Text(" ".join((EVERY[name].__doc__ or "").split()))
        rows = [[label, *(record.figures.get(label, "") for record in columns.values())] for label in labels]
        yield Table(["", *columns], rows)
        yield Bullets(
            [f"{service}: {fault}" for service, record in columns.items() for fault in record.faults[:5]]
        )
