"""Where a run takes place: the service's address, the machines that the load comes from, and the cores."""

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Address
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from harness import usage
from harness.command import BAD_USAGE, fail, known
from harness.server import LOOPBACK
from harness.service import ROOT
from loadtests.measure.plan import PlanError

ENVIRONMENTS = ROOT / "environments"

HOST = re.compile(r"ssh://([^\s@/:]+@)?[^\s@/:-][^\s@/:]*(:\d+)?")
CORES = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*")


def listed(value: object) -> object:
    return value.split(",") if isinstance(value, str) else value


def host(url: str) -> str:
    if not HOST.fullmatch(url):
        raise ValueError(f"a machine is ssh://USER@HOST or ssh://HOST:PORT, and not {url}")
    return url


def list_of_cores(cores: str) -> str:
    if not CORES.fullmatch(cores):
        raise ValueError(f"cores are 0-3 or 0,2,4, as taskset has them, and not {cores}")
    return cores


Host = Annotated[str, AfterValidator(host)]
Cores = Annotated[str, AfterValidator(list_of_cores)]


class Placement(BaseModel):
    """A file of environments/, or what the command says in its place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    listen: IPv4Address | None = None  # of this machine
    load_from: Annotated[tuple[Host, ...], BeforeValidator(listed)] = ()  # machines with k6; none: this one
    cores: Cores | None = None  # of this machine

    @model_validator(mode="after")
    def reached(self) -> Self:
        if self.load_from and (self.listen is None or self.listen.is_unspecified):
            raise ValueError("--load-from needs --listen, the address at which those machines reach this one")
        if len(set(self.load_from)) < len(self.load_from):
            raise ValueError("--load-from names a machine twice")
        return self

    @property
    def address(self) -> str:
        return str(self.listen or LOOPBACK)

    @property
    def split(self) -> usage.Split:
        """Where the load comes from elsewhere, the service may have all cores."""
        return usage.split(apart=not self.load_from)

    def take_cores(self) -> None:
        """From here on this process and what it starts run on these alone. Raises PlanError."""
        if self.cores is None:
            return
        parts, ours = (part.partition("-") for part in self.cores.split(",")), os.sched_getaffinity(0)
        cores = {core for first, _, last in parts for core in range(int(first), int(last or first) + 1)}
        if not cores or cores - ours:
            raise PlanError(f"The cores {self.cores} are not among ours: {', '.join(map(str, sorted(ours)))}")
        os.sched_setaffinity(0, cores)


HERE = Placement()


def recorded(machine: Mapping[str, Any]) -> Placement:
    """That of a run, from its machine.json; a run on one machine says nothing of it."""
    return Placement.model_validate(machine.get("placement", {}))


def chosen(environment: str | None, options: Mapping[str, str | None]) -> Placement:
    """Of a file of environments/, by its name, and of options of the command, which come before that."""
    written: dict[str, Any] = {}
    if environment:
        known("environment", [environment], sorted(path.stem for path in ENVIRONMENTS.glob("*.toml")))
        path = ENVIRONMENTS / f"{environment}.toml"
        try:
            written = tomllib.loads(path.read_text())
        except tomllib.TOMLDecodeError as error:
            fail(f"environments/{path.name} is not TOML: {error}", BAD_USAGE)
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Placement.model_validate(written | given)
    except ValidationError as error:
        problem = error.errors()[0]
        field = "".join(f"{name}: " for name in problem["loc"][:1])
        fail(f"{field}{problem['msg'].removeprefix('Value error, ')}", BAD_USAGE)
