"""cases.toml: raw HTTP requests, and what the contract answers."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from harness.wire import Request

CASES = Path(__file__).with_name("cases.toml")
Names = Mapping[str, str]


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fill(Entry):
    """A text that is made of a repeated piece: so many times, or as often as fills a size in bytes."""

    before: str = ""
    repeat: str
    times: int = 0
    size: int = 0
    after: str = ""

    def text(self) -> str:
        if not self.size:
            return self.before + self.repeat * self.times + self.after
        room = self.size - len((self.before + self.after).encode())
        return self.before + self.repeat * (room // len(self.repeat.encode())) + self.after


class Nest(Entry):
    """A text inside of so many levels."""

    open: str
    close: str
    inner: str = ""
    levels: int

    def text(self) -> str:
        return self.open * self.levels + self.inner + self.close * self.levels


class Step(Entry):
    request: str
    type: str = "application/json"  # of a body; "" for none
    headers: tuple[str, ...] = ()
    body: str | Fill | Nest | None = None
    encoding: str = "utf-8"  # latin-1: each character is the byte of its number
    framing: Literal["length", "chunked", "short", "short chunked", "expect", "announced"] = "length"

    status: int
    json_: Annotated[str | None, Field(alias="json")] = None
    item: str | None = None  # the members that the item must have, besides its id
    same: bool = False  # the body is what was sent
    holds: str | None = None  # text that the body must hold
    count: int | None = None  # of a list
    ids: tuple[str, ...] = ()  # that a list must have
    above: str | None = None  # the id must be larger
    location: bool = False  # Location is that of the item
    errors: tuple[str, ...] | None = None  # "body /price", in this order
    has: dict[str, str] = {}  # headers
    lacks: tuple[str, ...] = ()  # headers
    allow: tuple[str, ...] = ()
    like_before: bool = False  # the headers of the step before
    or_no_answer: bool = False  # closing the connection will do too

    def sent(self, names: Names) -> Request:
        method, target = filled(self.request, names).split(" ", 1)
        headers = tuple(filled(header, names) for header in self.headers)
        if self.body is None:
            return Request(method, target, headers)
        text = self.body if isinstance(self.body, str) else self.body.text()
        typed = (f"Content-Type: {filled(self.type, names)}",) if self.type else ()
        return Request(
            method, target, (*typed, *headers), filled(text, names).encode(self.encoding), self.framing
        )


class Case(Entry):
    name: str
    given: int = 0  # items that exist before: $id1, $id2, ...
    each: tuple[str, ...] = ("",)  # the case is run with $each set to every one of these
    steps: tuple[Step, ...]


def filled(text: str, names: Names) -> str:
    return Template(text).substitute(names) if "$" in text else text


@cache
def load() -> tuple[Case, ...]:
    entries = tomllib.loads(CASES.read_text())["case"]
    return tuple(Case.model_validate(_with_steps(entry)) for entry in entries)


def _with_steps(entry: dict[str, object]) -> dict[str, object]:
    """A case of one step has the step's members itself."""
    own = {key: value for key, value in entry.items() if key in Case.model_fields}
    step = {key: value for key, value in entry.items() if key not in Case.model_fields}
    return {**own, "steps": [*([step] if step else []), *own.get("steps", ())]}  # type: ignore[misc]


def examples(case: Case) -> Iterator[tuple[str, str]]:
    """Each $each, and the name of the case with it."""
    for value in case.each:
        shown = value if len(value) <= 40 else f"{value[:40]}... ({len(value)})"
        yield value, f"{case.name}: {shown}" if value or len(case.each) > 1 else case.name
