"""What to measure, and in which order."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from loadtests.runner.sample import Cell, Operation, Sample

PLANS = Path(__file__).parents[1] / "plans"

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(ge=0)]


class PlanError(Exception):
    """A plan that cannot be measured; its text is for the reader of one line."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Pauses(Part):
    after_start: Seconds
    after_load: Seconds
    after_warm_up: Seconds
    between_scenarios: Seconds


class WarmUp(Part):
    users: Count
    seconds: Annotated[float, Field(gt=0)]
    lists: Count


class Scenario(Part):
    users: Count
    seconds: Annotated[float, Field(gt=0)] | None = None
    iterations: Count | None = None

    @model_validator(mode="after")
    def one_end(self) -> Self:
        if (self.seconds is None) == (self.iterations is None):
            raise ValueError("a scenario has either seconds or iterations")
        return self


class Variant(Part):
    service: str
    env: dict[str, str] = {}


class Plan(Part):
    name: str
    about: str
    rounds: Count
    seed: int
    records: Count
    pauses: Pauses
    warm_up: WarmUp
    scenarios: dict[Operation, Scenario]
    variants: dict[str, Variant] = {}


def names() -> list[str]:
    return sorted(path.stem for path in PLANS.glob("*.toml"))


def read(name: str) -> Plan:
    return parsed((PLANS / f"{name}.toml").read_text(), name)


def parsed(text: str, name: str) -> Plan:
    try:
        return Plan.model_validate({"name": name} | tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PlanError(f"The plan {name} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise PlanError(f"The plan {name} cannot be used: {where or 'plan'}: {first['msg']}") from error


def on(plan: Plan, services: Iterable[str]) -> Plan:
    """The plan's variants of these services; where it names none, each service as it comes."""
    wanted = dict.fromkeys(services)
    named = {name: variant for name, variant in plan.variants.items() if variant.service in wanted}
    return plan.model_copy(update={"variants": named or {name: Variant(service=name) for name in wanted}})


def cells(plan: Plan) -> Iterator[Cell]:
    for number in range(1, plan.rounds + 1):
        # Of its own for each round, so that the order does not depend on where a run was resumed.
        order = Random(f"{plan.seed}/{number}").sample(sorted(plan.variants), len(plan.variants))  # noqa: S311 - no secret
        for variant in order:
            for scenario in plan.scenarios:
                yield Cell(number, variant, scenario)


def remaining(plan: Plan, samples: Iterable[Sample]) -> list[Cell]:
    measured = {sample.cell for sample in samples if not sample.invalid}
    return [cell for cell in cells(plan) if cell not in measured]


def blocks(cells: Iterable[Cell]) -> list[list[Cell]]:
    """The cells that one start of a service measures."""
    return [list(block) for _, block in groupby(cells, key=lambda cell: (cell.round, cell.variant))]


def as_toml(plan: Plan) -> str:
    return "\n".join(_lines((), plan.model_dump(exclude_none=True))) + "\n"


def _lines(path: tuple[str, ...], table: Mapping[str, Any]) -> Iterator[str]:
    values = {key: value for key, value in table.items() if not isinstance(value, dict)}
    if path and (values or not table):
        yield f"\n[{'.'.join(map(_key, path))}]"
    for key, value in values.items():
        yield f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}"  # of text and numbers, JSON is TOML
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _lines((*path, key), value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
