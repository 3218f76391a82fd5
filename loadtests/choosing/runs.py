"""The runs that the page is made of, and how it cites them: each figure is a link to where its run has it."""

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from loadtests.report import page
from loadtests.report.results import Results
from loadtests.runner import record
from loadtests.runner.record import RecordError

REPORT = "report.md"
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A run, and the headings of its report."""

    results: Results
    headings: frozenset[str]

    def link(self, text: str, *wanted: str) -> str:
        """To the first of these headings that the report has, else to its top."""
        place = next((f"#{anchor(each)}" for each in wanted if each in self.headings), "")
        return f"[{text}](../results/{self.results.name}/{REPORT}{place})" if text else ""


@dataclass(frozen=True)
class Runs:
    """The newest of each plan; but for the first, what is missing is left out of the page."""

    efficiency: Source
    durability: Source | None = None
    worker: Source | None = None
    scale: Source | None = None
    attribution: Source | None = None
    attribution_before: Source | None = None  # the newest but one
    corrected: Source | None = None
    peak: Source | None = None
    paper: Source | None = None

    @property
    def by_plan(self) -> dict[str, Source]:
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: source for name, source in found.items() if source}


PLANS = tuple(each.name for each in fields(Runs))


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(report: str) -> list[str]:
    return HEADING.findall(report)


def published(results: Path = record.RESULTS) -> list[str]:
    """The runs that are part of the repository; where there is none, all that have a report."""
    names = [name for name in record.names(results) if (results / name / REPORT).exists()]
    if not (git := shutil.which("git")):
        return names
    command = [git, "-C", str(results), "ls-files", f"*/{REPORT}"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    tracked = {Path(line).parent.name for line in listed.stdout.splitlines()}
    return [name for name in names if name in tracked] if listed.returncode == 0 else names


def newest(names: Iterable[str], plan: str) -> list[str]:
    """The newest first."""
    return sorted((name for name in names if re.fullmatch(rf"\d+-\d+-{plan}(-\d+)?", name)), reverse=True)


def chosen(names: Sequence[str]) -> dict[str, str]:
    """By the field of Runs the name of a run."""
    found = {plan: some[0] for plan in PLANS if (some := newest(names, plan))}
    return found | dict(zip(["attribution_before"], newest(names, "attribution")[1:], strict=False))


def read(names: Sequence[str], results: Path = record.RESULTS) -> Runs:
    found = {plan: source(name, results) for plan, name in chosen(names).items()}
    if not (base := found.pop("efficiency", None)):
        raise RecordError(
            "There is no published run of the plan efficiency: "
            "just bench --plan efficiency, then git add --force results/RUN"
        )
    return Runs(base, **found)


def source(name: str, results: Path) -> Source:
    report = (results / name / REPORT).read_text()
    return Source(page.of(record.found(name, results)), frozenset(headings(report)))
