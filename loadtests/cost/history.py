"""What each release of a package costs: the twin that runs on it, counted in the environments of many days.

A package is counted twice at each of its versions: with all others as they were on that day (`then`), and
with the newest of the others that it goes with (`now`), where little else varies. uv resolves both. Where the
largest step is, the days between are halved until it is known which release made it.
"""

import os
import platform
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from functools import cache
from itertools import pairwise
from math import log
from pathlib import Path
from threading import Lock
from typing import Literal

from pydantic import BaseModel, ConfigDict

from harness.database import Database
from harness.environment import made, resolved
from harness.service import ROOT, TWIN_CONFIG, LaunchError, application
from loadtests.cost import count, instrument
from loadtests.cost.count import START, Variant
from loadtests.cost.instrument import CountError

RECORD = ROOT / "results" / "history.jsonl"
SINCE = date(2023, 1, 1)
MONTHS = 3  # between two days on which it is asked what was the newest
HALVINGS = 8  # at most, to find the release that made the largest step
MINUTES = 1.5  # of a processor, for one count
OPERATIONS = ("hello", "get_item", "list_items", "create_item")

ASGI = ("gunicorn", "uvicorn", "httptools", "uvloop", "fastapi")
WORKERS = "uvicorn-worker"  # a package of its own since 2024, a module of uvicorn before
REQUIREMENTS = {
    "fastapi_sqlite": ASGI,
    "fastapi_orm": (*ASGI, "sqlmodel"),
    "flask_sqlite": ("gunicorn", "flask"),
    "flask_orm": ("gunicorn", "flask", "flask-sqlalchemy"),
    "django_drf": ("gunicorn", "django", "djangorestframework"),
}
TWINS = {  # the twin that shows what a package costs
    "fastapi": "fastapi_sqlite",
    "starlette": "fastapi_sqlite",
    "pydantic": "fastapi_sqlite",
    "uvicorn": "fastapi_sqlite",
    "gunicorn": "flask_sqlite",
    "flask": "flask_sqlite",
    "werkzeug": "flask_sqlite",
    "sqlalchemy": "flask_orm",
    "sqlmodel": "fastapi_orm",
    "django": "django_drf",
    "djangorestframework": "django_drf",
}
WHERE = re.compile(r" \(/\S+\)")  # a file of the environment
RAISED = re.compile(r"[\w.]*(Error|Exception|Warning): ")
Mode = Literal["then", "now"]
MODES: tuple[Mode, ...] = ("then", "now")


class Point(BaseModel):
    """One count, or why there is none: a line of results/history.jsonl."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    package: str
    version: str
    mode: Mode
    day: date  # on which the version was the newest
    packages: dict[str, str] = {}  # all that was installed
    machine: dict[str, str] = {}
    instructions: dict[str, float] = {}  # of one request, and of the start
    error: str = ""


Release = tuple[str, date]  # a version, and a day on which it was the newest
Progress = Callable[[int, int, str], None]


@cache
def newest(package: str, day: date) -> str:
    """The version on that day."""
    return resolved([package], day)[package]


def releases(package: str, until: date) -> list[Release]:
    """What was the newest on the first day of each quarter, and is today; each version once."""
    days = [
        date(year, month, 1) for year in range(SINCE.year, until.year + 1) for month in range(1, 13, MONTHS)
    ]
    versions: dict[str, date] = {}
    for day in [*(day for day in days if day <= until), until]:
        versions.setdefault(newest(package, day), day)
    return [*versions.items()]


def between(package: str, before: Point, after: Point) -> Release | None:
    """A release half-way, in days, from one to another; None where the one came right after the other."""
    low, high = before.day, after.day
    while (high - low).days > 1:
        middle = low + (high - low) / 2
        version = newest(package, middle)
        if version == before.version:
            low = middle
        elif version == after.version:
            high = middle
        else:
            return version, middle
    return None


def step(before: Point, after: Point) -> tuple[str, float]:
    """The operation that changed most from one to another, and how many times what it was it then costs."""
    ratios = {o: after.instructions[o] / before.instructions[o] for o in OPERATIONS}
    return max(ratios.items(), key=lambda one: abs(log(one[1])))


def largest(points: Sequence[Point]) -> tuple[Point, Point] | None:
    """The two neighbours with the largest step between them."""
    pairs = [*pairwise(sorted((one for one in points if not one.error), key=lambda one: one.day))]
    return max(pairs, key=lambda pair: abs(log(step(*pair)[1])), default=None)


def read(path: Path = RECORD) -> list[Point]:
    try:
        return [Point.model_validate_json(line) for line in path.read_text().splitlines()]
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise CountError(f"{path.name} cannot be read: {' '.join(str(error).split())[:200]}") from error


class History:
    """All packages that are asked for; what the record has already is not counted again."""

    def __init__(self, packages: Sequence[str], today: date, record: Path = RECORD) -> None:
        self.packages, self.record, self.lock = packages, record, Lock()
        self.is_over = False  # interrupted: what fails from then on fails for that
        self.points = {(one.package, one.version, one.mode): one for one in read(record)}
        self.wanted = [
            (package, release, mode)
            for package in packages
            for release in releases(package, today)
            for mode in MODES
            if (package, release[0], mode) not in self.points
        ]

    @property
    def hours(self) -> float:
        return len(self.wanted) * MINUTES / 60 / (os.cpu_count() or 1)

    def count(self, progress: Progress) -> None:
        instrument.ensure_available()
        with count.workers() as pool, ExitStack() as stack:
            stack.callback(setattr, self, "is_over", True)
            services = {TWINS[package] for package in self.packages}
            data = {service: stack.enter_context(count.dataset(service)) for service in services}
            every, done = len(self.wanted), 0

            def task(package: str, release: Release, mode: Mode) -> None:
                nonlocal done
                self.keep(counted(package, release, mode, data[TWINS[package]]))
                done += 1
                progress(done, every, f"{package} {release[0]}")

            for future in [pool.submit(task, *one) for one in self.wanted]:
                future.result()
            for package in self.packages:
                for release in self.halved(package):
                    every += 1
                    task(package, release, "now")

    def halved(self, package: str) -> Iterator[Release]:
        for _ in range(HALVINGS):
            points = [one for one in self.points.values() if (one.package, one.mode) == (package, "now")]
            pair = largest(points)
            release = pair and between(package, *pair)
            if release is None or (package, release[0], "now") in self.points:
                return
            yield release

    def keep(self, point: Point) -> None:
        with self.lock:
            if self.is_over:
                return
            self.points[point.package, point.version, point.mode] = point
            with self.record.open("a") as file:
                file.write(point.model_dump_json(exclude_defaults=True) + "\n")


def counted(package: str, release: Release, mode: Mode, data: Database) -> Point:
    version, day = release
    twin = TWINS[package]
    point = Point(package=package, version=version, mode=mode, day=day)
    try:
        packages = packages_of(twin, f"{package}=={version}", day if mode == "then" else None)
        environment = made(packages)
        words = (*TWIN_CONFIG, *application(twin, "twins"))
        variant = Variant("twins", twin, twin, words, OPERATIONS, environment)
        readings = {**count.requests(variant, 0, data), START: count.start(variant, 0, data)}
    except (CountError, LaunchError) as error:
        return point.model_copy(update={"error": reason(str(error))})
    return point.model_copy(
        update={
            "packages": packages,
            "machine": {**instrument.features(), "python": platform.python_version()},
            "instructions": {o: float(f"{one.instructions:.5g}") for o, one in readings.items()},
        }
    )


def reason(message: str) -> str:
    """Of a message that may end in a server's log: what was raised, or the last line."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    told = next((line for line in reversed(lines) if RAISED.match(line)), lines[-1])
    return WHERE.sub("", told)[:200]


def packages_of(twin: str, requirement: str, until: date | None) -> dict[str, str]:
    requirements = [*REQUIREMENTS[twin], requirement]
    if "uvicorn" not in requirements:
        return resolved(requirements, until)
    try:
        return resolved([*requirements, WORKERS], until)
    except LaunchError:
        return resolved(requirements, until)
