"""What to measure."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from loadtests.runner import toml
from loadtests.runner.sample import Operation

PLANS = Path(__file__).parents[1] / "plans"
FLOOR = ("hello", "echo")  # the operations that a floor has

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(ge=0)]
Rate = Annotated[float, Field(gt=0)]


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
    limit: Annotated[int, Field(ge=1, le=1000)] | None = None  # of a list: all items where there is none


class Scenario(Part):
    users: Count  # of an open model: the most that may wait for an answer at once
    seconds: Annotated[float, Field(gt=0)] | None = None
    iterations: Count | None = None
    rates: tuple[Rate, ...] = ()  # requests per second, begun whether or not the ones before were answered

    @model_validator(mode="after")
    def one_end(self) -> Self:
        if (self.seconds is None) == (self.iterations is None):
            raise ValueError("a scenario has either seconds or iterations")
        if self.rates and self.seconds is None:
            raise ValueError("a scenario with rates has seconds")
        if list(self.rates) != sorted(set(self.rates)):
            raise ValueError("rates rise")
        return self


class Variant(Part):
    """A service and its settings: what is compared with another such."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    service: str
    records: Count | None = None  # instead of the plan's
    env: dict[str, str] = {}
    twin: bool = False  # loadtests/twins/<service>.py instead of the service's own application
    docker: bool = False  # in a container of the service's image
    floor: bool = False  # an application that does nothing, of loadtests/floors, under the service's Gunicorn
    commit: str | None = None  # the service's folder as it was then
    tuned: bool = False  # its settings are the best that `just tune` found
    expects: dict[str, str] = {}  # of the running processes, beside what servers.toml says of the service

    @model_validator(mode="after")
    def of_one_kind(self) -> Self:
        if len(kinds := self.kind.split()) > 1:
            raise ValueError(f"{kinds[0]} and {kinds[1]} exclude each other")
        return self

    @property
    def kind(self) -> str:
        """What it is instead of the service in the working tree; nothing, if it is that."""
        return " ".join(kind for kind in ("twin", "docker", "floor", "commit") if getattr(self, kind))

    def answers(self, operation: str) -> bool:
        return not self.floor or operation in FLOOR

    @property
    def settings(self) -> dict[str, str]:
        # The rollback journal is SQLite's own default, as everything in a twin is its library's.
        return {"SQLITE_JOURNAL_MODE": "DELETE", **self.env} if self.twin else self.env


class Plan(Part):
    name: str
    about: str
    rounds: Count
    seed: int
    records: Count
    dataset: Literal["loaded", "copied"] = "loaded"  # into the running service, or once a run and then copied
    pauses: Pauses
    warm_up: WarmUp
    scenarios: dict[Operation, Scenario]
    variants: dict[str, Variant] = {}

    def records_of(self, variant: Variant) -> int:
        return variant.records or self.records


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


def as_toml(plan: Plan) -> str:
    return toml.dumps(plan.model_dump(exclude_none=True, exclude_defaults=True))


def on(plan: Plan, names: Iterable[str]) -> Plan:
    """The plan's variants of these names; where it has no variants, each name is a service as it comes."""
    wanted = dict.fromkeys(names)
    if plan.variants:
        chosen = {name: one for name, one in plan.variants.items() if name in wanted}
    else:
        chosen = {name: Variant(service=name) for name in wanted}
    return plan.model_copy(update={"variants": chosen})


def in_containers(plan: Plan) -> Plan:
    """The plan with each variant in a container. Raises PlanError where one is no service of the tree."""
    if others := [name for name, variant in plan.variants.items() if variant.kind not in ("", "docker")]:
        raise PlanError(f"Only a service as it is now has an image: leave out {', '.join(others)}")
    inside = {name: each.model_copy(update={"docker": True}) for name, each in plan.variants.items()}
    return plan.model_copy(update={"variants": inside})
