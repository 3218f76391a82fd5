"""What to measure: variants times scenarios times rounds, and the sections that the page is to have."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from harness import k6
from harness.service import TWIN_SETTINGS, declared
from loadtests.measure.sample import Cell, Operation

PLANS = Path(__file__).parents[1] / "plans"
FLOOR = ("hello", "echo")  # the operations that need no data: what a floor answers, and what wrk can drive

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(ge=0)]
Rate = Annotated[float, Field(gt=0)]
Environment = dict[str, str]
Package = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]  # its name, as packages are compared

# PostgreSQL by TCP, by a Unix socket, or by a network whose round trip takes so long; or a given server
SQLITE, GIVEN = "sqlite", "postgresql:given"
Database = Annotated[str, Field(pattern=r"^(sqlite|postgresql(:socket|:given|:\d+(\.\d+)?ms)?)$")]


class PlanError(Exception):
    """A plan that cannot be measured; its text is for the reader of one line."""


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Pauses(Part):
    after_start: Seconds
    after_load: Seconds
    after_warm_up: Seconds
    between_scenarios: Seconds


class WarmUp(Part):
    users: Count
    seconds: Annotated[float, Field(gt=0)]
    lists: Count
    limit: Count | None = None  # the items of each; as many as the service gives unasked where there is none


class Scenario(Part):
    operation: Operation | None = None  # its script, where that has another name than the scenario
    generator: Literal["k6", "wrk"] = "k6"
    users: Count  # of an open model: the most that may wait for an answer at once
    seconds: Annotated[float, Field(gt=0)] | None = None
    iterations: Count | None = None
    rates: tuple[Rate, ...] = ()  # requests per second, begun whether or not the ones before were answered
    limit: Count | None = None  # the items of a page; where there is none, what the service gives unasked
    headline: Literal["throughput", "latency"] = "latency"  # what the study measures it by

    @model_validator(mode="after")
    def one_end(self) -> Self:
        if (self.seconds is None) == (self.iterations is None):
            raise ValueError("a scenario has either seconds or iterations")
        if self.rates and self.seconds is None:
            raise ValueError("a scenario with rates has seconds")
        if list(self.rates) != sorted(set(self.rates)):
            raise ValueError("rates rise")
        if self.generator == "wrk" and (
            self.operation not in FLOOR or self.rates or not (self.seconds or 0.5).is_integer()
        ):
            raise ValueError("wrk drives an operation, hello or echo, for whole seconds")
        return self

    @property
    def is_open(self) -> bool:
        """How many requests are made then says nothing of the service."""
        return bool(self.rates)

    @property
    def is_curve(self) -> bool:
        return len(self.rates) > 1


class Levels(Part):
    """Of a variant of crossed factors; of a factor that a floor does not have, the level is none."""

    server: str  # wsgi or asgi: what Gunicorn's worker speaks to the application
    framework: str
    access: str  # to the database: sqlite or orm
    writing: str  # twin or service
    journal: str
    synchronous: str
    workers: int
    threads: int  # of each worker; 0 where a worker has none to set
    worker_class: str  # gthread, sync, uvicorn or asgi


class Variant(Part):
    """A service and its settings: what is compared with another such."""

    service: str
    group: str = "services"
    # loadtests/twins/<service>.py instead of the service's own, or one that does nothing, of loadtests/floors
    application: Literal["service", "twin", "floor"] = "service"
    control_of: str | None = None  # A/A: the variant that this one repeats; what differs is noise
    records: Count | None = None  # instead of the plan's
    env: Environment = {}
    database: Database = SQLITE
    replicas: Count | None = None  # servers on that database, behind nginx; else one, with nothing in front
    docker: bool = False  # in a container
    commit: str | None = None  # the service's folder as it was then
    packages: dict[Package, str] = {}  # the versions of some, in an environment made for them
    as_of: date | None = None  # nothing newer is in it, but for the pins; a run with packages has one
    command: str | None = None  # of a shell, which starts a guest: a server that is none of services/
    cwd: str | None = None  # of that command
    url: str | None = None  # where a guest runs already
    expects: Environment = {}  # of the running processes, beside what the service's worker is known to be
    levels: Levels | None = None

    @model_validator(mode="after")
    def of_one_kind(self) -> Self:
        if len(kinds := self.kinds) > 1 and not self.has_image:
            raise ValueError(f"{kinds[0]} and {kinds[1]} exclude each other")
        if self.replicas and (self.is_guest or self.database == SQLITE):
            raise ValueError("Only a service on PostgreSQL has replicas: a file is one server's")
        if self.as_of and not self.packages:
            raise ValueError("as_of is the day of packages, and there are none")
        if self.database != SQLITE and (self.docker or self.application != "service"):
            raise ValueError(f"Only a service, and no container, twin or floor, can be on {self.database}")
        return self

    @property
    def kinds(self) -> list[str]:
        """What it is instead of the service in the working tree; nothing, if it is that."""
        application = [] if self.application == "service" else [self.application]
        fields = ("docker", "commit", "command", "url", "packages")
        return application + [kind for kind in fields if getattr(self, kind)]

    @property
    def has_image(self) -> bool:
        """That of its service, or for a twin one with its packages."""
        kinds = {*self.kinds} - {"docker"}
        return kinds <= {"twin"} or kinds == {"twin", "packages"}

    @property
    def is_guest(self) -> bool:
        return bool(self.command or self.url)

    @property
    def stands_alone(self) -> bool:
        """It takes nothing of its service, whose settings and migrations may not load on its packages."""
        return self.application == "twin" and bool(self.packages)

    def answers(self, operation: str) -> bool:
        return self.application != "floor" or operation in FLOOR

    @property
    def settings(self) -> Environment:
        # The rollback journal is SQLite's own default, as everything in a twin is its library's.
        of_twin = {"SQLITE_JOURNAL_MODE": "DELETE", **TWIN_SETTINGS}
        return of_twin | self.env if self.application == "twin" else self.env


class Setting(Part):
    """What a service can be started with, and what its processes then say of themselves."""

    env: Environment = {}
    expects: Environment = {}


class Worker(Setting):
    """A worker class of Gunicorn."""

    threads: tuple[int, ...] = (0,)  # that it is tried with; 0 where it has none to set
    plain: tuple[Literal["twin", "service"], ...] = ()  # what has it by default


class Factors(Part):
    """The levels that are crossed; design.py chooses so many variants of all that exist."""

    variants: Count
    journal: tuple[str, ...]
    synchronous: tuple[str, ...]
    workers: tuple[int, ...]
    worker_class: dict[str, dict[str, Worker]]  # of each interface, the one that its services have first


class Plan(Part):
    name: str
    about: str
    rounds: Count
    seed: int
    records: Count
    dataset: Literal["loaded", "copied"] = "loaded"  # into the running service, or once a run and then copied
    sections: tuple[str, ...] = ()  # of the page, in this order: names of loadtests/analysis/sections
    groups: dict[str, str] = {"services": "Services"}  # of variants, by name, and what a page calls them
    settings: dict[str, dict[str, Setting]] = {}  # by interface: what each service is tried with
    factors: Factors | None = None
    pauses: Pauses
    warm_up: WarmUp
    scenarios: dict[str, Scenario]
    variants: dict[str, Variant] = {}

    @model_validator(mode="after")
    def names_what_is_there(self) -> Self:
        for name in self.scenarios:
            k6.scripted(self.operation(name))
        for name, variant in self.variants.items():
            if variant.group not in self.groups:
                raise ValueError(f"{name} is in the group {variant.group}, which the plan does not have")
            if variant.control_of not in (None, *self.variants):
                raise ValueError(f"{name} is a control of {variant.control_of}, which the plan does not have")
        return self

    def operation(self, scenario: str) -> str:
        return self.scenarios[scenario].operation or scenario

    @property
    def generators(self) -> set[str]:
        return {scenario.generator for scenario in self.scenarios.values()}

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
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        raise PlanError(f"The plan {name} cannot be used: {place or 'plan'}: {problem['msg']}") from error


def takes_guests(plan: Plan) -> bool:
    """Where all variants are services, so that another server can be compared with them."""
    return list(plan.groups) == ["services"] and not plan.factors


def with_variants(plan: Plan, variants: Mapping[str, Variant]) -> Plan:
    """The plan with these instead of its own. A control without its original is a variant as any other."""
    kept = dict(variants)
    for name, variant in variants.items():
        if variant.control_of not in (None, *variants):
            kept[name] = variant.model_copy(update={"control_of": None})
    return plan.model_copy(update={"variants": kept, "settings": {}, "factors": None})


def on(plan: Plan, names: Collection[str]) -> Plan:
    """The plan's variants and groups of these names; where it has none, services, under each setting."""
    if plan.variants:
        named = {name: variant for name, variant in plan.variants.items() if {name, variant.group} & {*names}}
        return with_variants(plan, named)
    plain = {name: Variant(service=name) for name in names}
    if not plan.settings:
        return with_variants(plan, plain)
    tried = {
        f"{name}_{label}": Variant(service=name, env=setting.env, expects=setting.expects)
        for name in names
        for label, setting in plan.settings[declared(name).interface].items()
    }
    return with_variants(plan, plain | tried)


def without_wrk(plan: Plan, why: str) -> Plan:
    """What it is about says so: the plan is the run's, and the text is on its page."""
    kept = {name: scenario for name, scenario in plan.scenarios.items() if scenario.generator != "wrk"}
    if not kept:
        raise PlanError(f"The plan {plan.name} needs wrk, and {why}")
    left_out = ", ".join(name for name in plan.scenarios if name not in kept)
    about = f"{plan.about} Left out, as {why}: {left_out}."
    return plan.model_copy(update={"scenarios": kept, "about": about})


def in_containers(plan: Plan) -> Plan:
    """The plan with each variant in a container. Raises PlanError where one cannot be."""
    if unable := [name for name, variant in plan.variants.items() if not variant.has_image]:
        raise PlanError(f"Only twins and services as they are have an image: leave out {', '.join(unable)}")
    return with_all(plan, plan.variants, docker=True)


def on_database(plan: Plan, kind: str) -> Plan:
    """The plan with each service on this database; a guest has its own."""
    services = [name for name, variant in plan.variants.items() if not variant.is_guest]
    return with_all(plan, services, database=kind)


def with_all(plan: Plan, names: Iterable[str], **change: Any) -> Plan:
    """The plan with these of its variants changed. Raises PlanError where one cannot be so."""
    try:  # a copy would not be validated
        changed = {name: Variant(**{**dict(plan.variants[name]), **change}) for name in names}
        return with_variants(plan, {**plan.variants, **changed})
    except ValidationError as error:
        raise PlanError(error.errors()[0]["msg"].removeprefix("Value error, ")) from error


def order(plan: Plan, number: int) -> list[str]:
    """The variants of a round: shuffled anew for each, by no more than the seed and its number."""
    return Random(f"{plan.seed}/{number}").sample(sorted(plan.variants), len(plan.variants))  # noqa: S311 - no secret


def cells(plan: Plan) -> Iterator[Cell]:
    for number in range(1, plan.rounds + 1):
        for variant in order(plan, number):
            for name, scenario in plan.scenarios.items():
                if plan.variants[variant].answers(plan.operation(name)):
                    for rate in scenario.rates or (0.0,):
                        yield Cell(number, variant, name, rate)


def blocks(cells: Iterable[Cell]) -> list[list[Cell]]:
    """The cells that one start of a service measures."""
    return [list(block) for _, block in groupby(cells, key=block_of)]


def block_of(cell: Cell) -> tuple[int, str]:
    return cell.round, cell.variant


def as_toml(plan: Plan) -> str:
    """Python reads TOML, and does not write it."""
    content = plan.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    tables = {key: value for key, value in content.items() if isinstance(value, dict)}
    lines = [f"{key} = {_inline(value)}" for key, value in content.items() if key not in tables]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_key(key)} = {_inline(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _inline(value: object) -> str:
    """Of text, numbers, true and false, and lists of them, JSON is TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_inline(member)}" for key, member in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
