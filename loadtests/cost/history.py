"""What each release of a package costs: the twin that runs on it, counted in the environments of many days.

A package is counted twice at each of its versions: with all others as they were on that day (`then`), and
with the newest of the others that it goes with (`now`), where little else varies. uv resolves both. Where the
largest step is, the days between are halved until it is known which release made it. Two packages of one twin
often have the same environment: it is counted once. Of what was the newest on a day, the footprint is
measured too.
"""

import os
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from functools import cache
from itertools import pairwise
from math import log
from pathlib import Path
from threading import Lock
from typing import Literal

from pydantic import BaseModel, ConfigDict

from harness import files
from harness.database import Database
from harness.environment import UnfitError, made, resolved
from harness.service import ROOT, LaunchError
from loadtests.cost import count, footprint, instrument
from loadtests.cost.costs import twin_on
from loadtests.cost.footprint import Footprint
from loadtests.cost.instrument import CountError

RECORD = ROOT / "results" / "history.jsonl"
SINCE = date(2023, 1, 1)
HALVINGS = 8  # at most, to find the release that made the largest step
LISTED = count.ROWS + count.WARM + 1  # with the items that are created before, as none is deleted
MINUTES = 1.5  # of a processor, for one count
OPERATIONS = ("hello", "get_item", "list_items", "create_item")

# Of FastAPI, an older one is no answer to a release.
ASGI = ("gunicorn", "uvicorn", "httptools", "uvloop", "fastapi>=0.88")
WORKERS = "uvicorn-worker>=0.2"  # a package of its own since 2024, a module of uvicorn before
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
PARTS = {  # of what a request passes through
    "the server": ("gunicorn", "uvicorn"),
    "the framework": ("fastapi", "starlette", "flask", "werkzeug", "django", "djangorestframework"),
    "validation": ("pydantic",),
    "the ORM": ("sqlalchemy", "sqlmodel"),
}
WHERE = re.compile(r" \(/\S+\)")  # a file of the environment
RAISED = re.compile(r"[\w.]*(Error|Exception|Warning): ")
Mode = Literal["then", "now"]
MONTHS: dict[Mode, int] = {"then": 3, "now": 6}  # between two days on which it is asked what was the newest
MODES = tuple(MONTHS)


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
    footprint: Footprint | None = None
    error: str = ""

    @property
    def environment(self) -> tuple[str, frozenset[tuple[str, str]]]:
        """What was counted: two points with the same have the same counts."""
        return TWINS[self.package], frozenset(self.packages.items())

    @property
    def others(self) -> dict[str, str]:
        """The packages of TWINS that are installed beside it."""
        beside = TWINS.keys() - {self.package}
        return {name: version for name, version in self.packages.items() if name in beside}

    @property
    def key(self) -> tuple[str, str, Mode]:
        return self.package, self.version, self.mode


Release = tuple[str, date]  # a version, and a day on which it was the newest
Progress = Callable[[int, int, str], None]


@cache
def newest(package: str, day: date) -> str:
    """The version on that day."""
    return resolved([package], day)[package]


def releases(package: str, until: date, months: int) -> list[Release]:
    """What was the newest on the first day of every so many months, and is today; each version once."""
    days = [
        date(year, month, 1) for year in range(SINCE.year, until.year + 1) for month in range(1, 13, months)
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
    return max(ratios.items(), key=lambda pair: abs(log(pair[1])))


def largest(points: Sequence[Point]) -> tuple[Point, Point] | None:
    """The two neighbours with the largest step between them, of those that differ in their package alone."""
    pairs = pairwise(sorted((point for point in points if not point.error), key=lambda point: point.day))
    alike = (pair for pair in pairs if pair[0].others == pair[1].others)
    return max(alike, key=lambda pair: abs(log(step(*pair)[1])), default=None)


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
        self.packages, self.record, self.lock = [*dict.fromkeys(packages)], record, Lock()
        self.is_over = False  # interrupted: what fails from then on fails for that
        self.points = {point.key: point for point in read(record)}
        with count.workers() as pool:
            pairs = [(package, mode) for package in self.packages for mode in MODES]
            dated = pool.map(lambda pair: releases(pair[0], today, MONTHS[pair[1]]), pairs)
            missing = [
                (package, release, mode)
                for (package, mode), of_package in zip(pairs, dated, strict=True)
                for release in of_package
                if (package, release[0], mode) not in self.points
            ]
            self.uncounted = [*pool.map(lambda arguments: in_environment(*arguments), missing)]

    @property
    def environments(self) -> int:
        """So many are to be counted."""
        return len({point.environment for point in self.uncounted if self.known(point) is None})

    @property
    def hours(self) -> float:
        return self.environments * MINUTES / 60 / (os.cpu_count() or 1)

    def count(self, progress: Progress) -> None:
        instrument.ensure_available()
        with count.workers() as pool, self.datasets() as data:
            total, done = len(self.uncounted), 0

            def task(*points: Point) -> None:
                nonlocal done
                first = self.known(points[0]) or counted(points[0], data[TWINS[points[0].package]])
                counts = first.model_dump(include={"machine", "instructions", "error"})
                for point in points:
                    self.keep(point.model_copy(update=counts))
                    done += 1
                    progress(done, total, f"{point.package} {point.version}")

            for future in [pool.submit(task, *points) for points in by_environment(self.uncounted)]:
                future.result()

            def halve(package: str) -> None:
                nonlocal total
                for release in self.halved(package):
                    total += 1
                    task(in_environment(package, release, "now"))

            for future in [pool.submit(halve, package) for package in self.packages]:
                future.result()

    def measure(self, progress: Progress) -> None:
        """The footprints of all points in `then`: one after another, since some of a footprint is a time.

        One that cannot be measured, as its twin does not run with `--preload`, is left out.
        """
        then = [point for point in self.points.values() if point.mode == "then" and not point.error]
        alike = by_environment(point for point in then if point.package in self.packages)
        unmeasured = [points for points in alike if not all(point.footprint for point in points)]
        if not unmeasured:
            return
        with self.datasets() as data:
            for done, points in enumerate(unmeasured, 1):
                first = next((point for point in points if point.footprint), points[0])
                with suppress(CountError, LaunchError):
                    twin = TWINS[first.package]
                    measured = first.footprint or footprint.measured(
                        twin_on(twin, made(first.packages), OPERATIONS), data[twin]
                    )
                    for point in points:
                        self.points[point.key] = point.model_copy(update={"footprint": measured})
                    files.write(self.record, "".join(map(line, self.points.values())))
                progress(done, len(unmeasured), f"{first.package} {first.version}")

    @contextmanager
    def datasets(self) -> Iterator[dict[str, Database]]:
        with ExitStack() as stack:
            services = {TWINS[package] for package in self.packages}
            data = {service: stack.enter_context(count.dataset(service)) for service in services}
            stack.callback(setattr, self, "is_over", True)  # before they are gone
            yield data

    def halved(self, package: str) -> Iterator[Release]:
        for _ in range(HALVINGS):
            points = [*self.points.values()]
            pair = largest([point for point in points if (point.package, point.mode) == (package, "now")])
            release = pair and between(package, *pair)
            if release is None or (package, release[0], "now") in self.points:
                return
            yield release

    def known(self, point: Point) -> Point | None:
        """One of the same environment under this Python, if there is any on record."""
        if point.error:
            return point
        python = platform.python_version()
        alike = (other for other in [*self.points.values()] if other.environment == point.environment)
        return next((other for other in alike if other.error or other.machine.get("python") == python), None)

    def keep(self, point: Point) -> None:
        with self.lock:
            if self.is_over:
                return
            self.points[point.key] = point
            with self.record.open("a") as file:
                file.write(line(point))


def by_environment(points: Iterable[Point]) -> list[list[Point]]:
    """Those of one environment together; one that has none is alone."""
    alike: dict[object, list[Point]] = {}
    for point in points:
        alike.setdefault(point.environment if point.packages else point.key, []).append(point)
    return [*alike.values()]


def line(point: Point) -> str:
    return point.model_dump_json(exclude_defaults=True) + "\n"


def in_environment(package: str, release: Release, mode: Mode) -> Point:
    """Not counted yet: with the packages, or with the reason why there are none."""
    version, day = release
    point = Point(package=package, version=version, mode=mode, day=day)
    try:
        until = day if mode == "then" else None
        packages = packages_of(TWINS[package], f"{package}=={version}", until)
    except UnfitError as error:
        return point.model_copy(update={"error": reason(str(error))})
    return point.model_copy(update={"packages": packages})


def counted(point: Point, data: Database) -> Point:
    try:
        environment = made(point.packages)
    except UnfitError as error:
        return point.model_copy(update={"error": reason(str(error))})
    counting = twin_on(TWINS[point.package], environment, OPERATIONS)
    try:
        readings = {**count.requests(counting, 0, data), **count.start(counting, 0, data)}
    except (CountError, LaunchError) as error:
        return point.model_copy(update={"error": reason(str(error))})
    machine = {**instrument.features(), "python": platform.python_version()}
    instructions = {name: float(f"{reading.instructions:.5g}") for name, reading in readings.items()}
    return point.model_copy(update={"machine": machine, "instructions": instructions})


def reason(message: str) -> str:
    """Of a message that may end in a server's log: what was raised, or the last line."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    cause = next((line for line in reversed(lines) if RAISED.match(line)), (lines or ["it says nothing"])[-1])
    return WHERE.sub("", cause)[:200]


def packages_of(twin: str, requirement: str, until: date | None) -> dict[str, str]:
    requirements = [*REQUIREMENTS[twin], requirement]
    if "uvicorn" not in requirements:
        return resolved(requirements, until)
    try:
        return resolved([*requirements, WORKERS], until)
    except UnfitError:
        return resolved(requirements, until)
