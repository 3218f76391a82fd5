"""A case: something that is asked of a service, and the rules that another answer breaks.

Most cases are data, in cases/*.toml. What no data can say is a function in cases/*.py:

@case("hello greets", "hello", level=Level.BASICS)
def greets(subject: Subject) -> Iterator[Complaint]: ...
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from harness.wire import Request

SPECIFIC = re.compile(r"b?'(?:[^'\\]|\\.)*'|b?\"(?:[^\"\\]|\\.)*\"|\d[\d.]*")
SEED = 20_210  # of every run that does not ask for another


class Level(StrEnum):
    """In the order in which a service is judged, and best written."""

    BASICS = "basics"
    ITEMS = "items"
    ERRORS = "errors"
    EDGES = "edges"
    CONCURRENCY = "under concurrency"
    FUZZ = "fuzz"


LEVELS = list(Level)


@dataclass(frozen=True)
class Subject:
    """The service that is judged. It gets items created and deleted."""

    url: str
    service: str = ""  # its name, where it is one of services/: some cases start it themselves
    short: bool = False  # fewer random examples
    seed: int = SEED
    postgresql: str = ""  # the URL of the server on which the service gets its databases; else they are files


@dataclass(frozen=True)
class Sent:
    """A request of a case, so that it can be sent again."""

    request: Request
    created: str = ""  # the id of the item that it created


@dataclass(frozen=True)
class Complaint:
    text: str
    rules: tuple[str, ...] = ()  # that are broken: all of the case, where none is named
    cause: str = ""  # what differed, alike in all cases that differ in the same; else the text itself
    expected: str = ""
    got: str = ""
    sent: tuple[Sent, ...] = ()  # up to the request whose answer is wrong, where these can be sent again


Function = Callable[..., Iterable[Complaint]]


@dataclass(frozen=True)
class Case:
    name: str
    rules: tuple[str, ...]
    run: Function  # of the subject
    level: Level = Level.EDGES
    bare: bool = False  # looks at a TCP connection, which TLS has no words for
    databases: tuple[str, ...] = ()  # it starts the service itself, on a database of one of these kinds

    @property
    def limit(self) -> float:
        """Seconds: of a case that starts services or thousands of requests, or of any other."""
        return 600.0 if self.databases or self.level in (Level.CONCURRENCY, Level.FUZZ) else 90.0


def case(
    name: str,
    *rules: str,
    level: Level = Level.EDGES,
    examples: Sequence[Any] = (),
    bare: bool = False,
    databases: tuple[str, ...] = (),
) -> Callable[[Function], list[Case]]:
    """Decorates a function of a subject, and of each of the examples where there are any."""

    def cases(function: Function) -> list[Case]:
        runs: list[tuple[str, Function]] = [
            (named(name, label(example)), lambda subject, example=example: function(subject, example))
            for example in examples
        ]
        return [Case(title, rules, run, level, bare, databases) for title, run in runs or [(name, function)]]

    return cases


def named(name: str, example: str) -> str:
    short = example if len(example) <= 40 else f"{example[:40]}... ({len(example)})"
    return f"{name}: {short}" if example else name


def label(example: Any) -> str:
    return ": ".join(map(label, example)) if isinstance(example, tuple) else str(example)


def general(text: str) -> str:
    """Without what is of one case alone: values in quotes, and numbers."""
    return SPECIFIC.sub("…", text.strip().partition("\n")[0])[:200]


def differs(actual: object, expected: object, cause: str) -> Iterator[Complaint]:
    if not same(actual, expected):
        text = f"{cause}: {abridged(actual)}, not {abridged(expected)}"
        yield Complaint(text, cause=cause, expected=abridged(expected), got=abridged(actual))


def same(left: Any, right: Any) -> bool:
    """Equal as JSON values: 3 is 3.0, but true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def abridged(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:400]}... ({len(text)})"


@cache
def load() -> tuple[Case, ...]:
    """All cases, level by level."""
    from conformance import cases, script  # they import this module

    names = (f"{cases.__name__}.{module.name}" for module in pkgutil.iter_modules(cases.__path__))
    values = (value for name in names for value in vars(importlib.import_module(name)).values())
    coded = (case for value in values if isinstance(value, list) for case in value if isinstance(case, Case))
    return tuple(sorted((*script.load(), *coded), key=lambda case: LEVELS.index(case.level)))
