"""The published study, as loadtests/paper.toml holds it."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from loadtests.measure.sample import Operation

PAPER = Path(__file__).parents[1] / "paper.toml"
MEDIAN = "median"  # in the place of an application: the median of the five


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(Part):
    id: str
    scenario: Operation
    measure: str
    values: dict[str, float]


class Claim(Part):
    """Each of `better` does so many times as well as each of `than`, in each of the scenarios."""

    id: str
    where: str
    says: str
    scenarios: tuple[Operation, ...]
    better: tuple[str, ...]
    than: tuple[str, ...]
    mean: bool = False  # not each of them, but their geometric mean
    at_least: float = 1
    about: float | None = None  # this effect, a third of it more or less, as logarithms
    within: float | None = None  # apart by no more than this factor, either way
    narrower_in: Operation | None = None  # the gap is smaller in this scenario
    leads_in: int | None = None  # one of `better` comes before all of `than` in so many of the scenarios
    misprint: str = ""  # why the study's own figures do not say so

    @property
    def band(self) -> tuple[float, float]:
        if self.within is not None:
            return 1 / self.within, self.within
        if self.about is not None:
            return self.about ** (2 / 3), self.about ** (4 / 3)
        return self.at_least, float("inf")


class Remark(Part):
    """What the text gets wrong or leaves out."""

    id: str
    where: str
    says: str = ""
    remark: str


class Paper(Part):
    title: str
    authors: str
    institution: str
    licence: str
    machine: str
    differences: tuple[str, ...]  # of plan `paper`, from the study's procedure
    versions: dict[str, str]  # of table 2
    applications: dict[str, str]
    figures: tuple[Figure, ...] = Field(min_length=7, max_length=7)
    claims: tuple[Claim, ...]
    remarks: tuple[Remark, ...]

    def figure(self, scenario: str) -> Figure | None:
        return next((figure for figure in self.figures if figure.scenario == scenario), None)


@cache
def read(path: Path = PAPER) -> Paper:
    return Paper.model_validate(tomllib.loads(path.read_text()))
