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
from functools import cache, partial
from typing import Any

from conformance.levels import LEVELS, Level
from harness.wire import Request

SPECIFIC = re.compile(r"b?'(?:[^'\\]|\\.)*'|b?\"(?:[^\"\\]|\\.)*\"|\d[\d.]*")
SEED = 20_210  # of every run that does not ask for another


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
    """A request of a case, for whoever wants to send it again."""

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


@dataclass(frozen=True)
class Case:
    name: str
    rules: tuple[str, ...]
    run: Callable[[Subject], Iterable[Complaint]]
    level: Level = Level.EDGES
    bare: bool = False  # looks at a TCP connection, which TLS has no words for
    starts: bool = False  # the service itself, on a database that it can get at
    database: str = "sqlite"  # the kind of that

    @property
    def limit(self) -> float:
        """Seconds: of a case that starts services or thousands of requests, or of any other."""
        return 600.0 if self.starts or self.level in (Level.CONCURRENCY, Level.FUZZ) else 90.0


def named(name: str, example: str) -> str:
    short = example if len(example) <= 40 else f"{example[:40]}... ({len(example)})"
    return f"{name}: {short}" if example else name


def case(
    name: str,
    *rules: str,
    level: Level = Level.EDGES,
    each: Sequence[Any] = (),
    bare: bool = False,
    starts: bool = False,
    database: str = "sqlite",
) -> Callable[[Callable[..., Iterable[Complaint]]], list[Case]]:
    """Decorates a function of a subject, and of each of the examples where there are any."""

    def cases(function: Callable[..., Iterable[Complaint]]) -> list[Case]:
        runs: list[tuple[str, Callable[..., Iterable[Complaint]]]] = [
            (named(name, label(example)), partial(_run, function, example)) for example in each
        ]
        chosen = runs or [(name, function)]
        return [Case(title, rules, run, level, bare, starts, database) for title, run in chosen]

    return cases


def label(example: Any) -> str:
    return ": ".join(map(label, example)) if isinstance(example, tuple) else str(example)


def _run(function: Callable[..., Iterable[Complaint]], example: Any, subject: Subject) -> Iterable[Complaint]:
    return function(subject, example)


def general(text: str) -> str:
    """Without what is of one case alone: values in quotes, and numbers."""
    return SPECIFIC.sub("…", text.strip().partition("\n")[0])[:200]


def differs(found: object, expected: object, what: str) -> Iterator[Complaint]:
    if found != expected:
        text = f"{what}: {shown(found)}, not {shown(expected)}"
        yield Complaint(text, cause=what, expected=shown(expected), got=shown(found))


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:400]}... ({len(text)})"


@cache
def load() -> tuple[Case, ...]:
    """All cases, level by level."""
    from conformance import cases, script  # they import this module

    names = (f"{cases.__name__}.{module.name}" for module in pkgutil.iter_modules(cases.__path__))
    lists = (value for name in names for value in vars(importlib.import_module(name)).values())
    functions = (each for some in lists if isinstance(some, list) for each in some if isinstance(each, Case))
    return tuple(sorted((*script.load(), *functions), key=lambda each: LEVELS.index(each.level)))
