"""cases/*.toml: requests, and what the contract answers. README.md says what can stand in them."""

import json
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from string import Template
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from conformance.answers import every_answer, same
from conformance.case import Case, Complaint, Subject, named, shown
from conformance.rules import Rules
from harness.wire import Answer, Request, exchange

FOLDER = Path(__file__).with_name("cases")
TYPED = ("Content-Type: application/json",)
GIVEN = {"description": "before", "price": 1.5, "quantity": 7}  # of the items that exist before
LAMP = '{"name": "Lamp", "price": 1}'


def _tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


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
        room = self.size - len((self.before + self.after).encode())
        times = room // len(self.repeat.encode()) if self.size else self.times
        return self.before + self.repeat * times + self.after


class Nest(Entry):
    """A text inside of so many levels."""

    open: str
    close: str
    inner: str = ""
    levels: int

    def text(self) -> str:
        return self.open * self.levels + self.inner + self.close * self.levels


class Expected(Entry):
    """The statuses that are right. All but `allow` and `leads_to` is expected of the first of them alone."""

    status: Annotated[tuple[int, ...], BeforeValidator(_tuple)] = ()
    json_: Annotated[str | None, Field(alias="json")] = None
    item: str | None = None  # the members that the item must have, besides its id
    same: bool = False  # the body is what was sent
    holds: str | None = None  # text that the body must hold
    count: int | None = None  # of a list
    other_than: str | None = None  # the id must be another
    location: bool = False  # Location is that of the item
    errors: tuple[str, ...] | None = None  # "body /price", in any order
    lacks: tuple[str, ...] = ()  # headers
    allow: tuple[str, ...] = ()  # methods; and OPTIONS may be there
    leads_to: str | None = None  # the path to which a redirect leads

    def complaints(self, names: dict[str, str], request: Request, answer: Answer) -> Iterator[str]:
        if self.status and answer.status not in self.status:
            expected = " or ".join(map(str, self.status))
            yield f"status {answer.status}, not {expected}: {answer.body[:300].decode(errors='replace')}"
            return
        allowed = {method.strip() for method in (answer.header("Allow") or "").split(",")} - {""}
        if self.allow and allowed - {"OPTIONS"} != set(self.allow):
            yield f"Allow is {sorted(allowed)}, not {sorted(self.allow)}"
        location = urlsplit(answer.header("Location") or "").path
        if self.leads_to and 300 <= answer.status < 400 and location != filled(self.leads_to, names):
            yield f"the redirect leads to {location}"
        if not self.status or answer.status == self.status[0]:
            yield from self._headers(answer)
            yield from self._body(names, request, answer)

    def _headers(self, answer: Answer) -> Iterator[str]:
        for name in self.lacks:
            if answer.header(name) is not None:
                yield f"{name} is {answer.header(name)}, which should not be there"
        if self.location and not (answer.header("Location") or "").endswith(f"/items/{answer.json()['id']}"):
            yield f"Location is {answer.header('Location')} for the item {answer.json()['id']}"

    def _body(self, names: dict[str, str], request: Request, answer: Answer) -> Iterator[str]:
        if self.holds and filled(self.holds, names) not in answer.body.decode():
            yield f"{filled(self.holds, names)[:100]!r} is not in the body: {answer.body[:300]!r}"
        for wanted in self._wanted(names, request, answer):
            if not same(answer.json(), wanted):
                yield f"the body is {shown(answer.json())}, not {shown(wanted)}"
        if self.count is not None and len(answer.json()) != self.count:
            yield f"{len(answer.json())} items, not {self.count}"
        if self.other_than and str(answer.json()["id"]) == filled(self.other_than, names):
            yield f"the id {answer.json()['id']} is used again"
        if self.errors is not None:
            found = {f"{error['location']} {error['pointer']}" for error in answer.json()["errors"]}
            if found != (places := {filled(error, names) for error in self.errors}):
                yield f"the invalid places are {sorted(found)}, not {sorted(places)}"

    def _wanted(self, names: dict[str, str], request: Request, answer: Answer) -> Iterator[Any]:
        if self.same:
            yield json.loads(request.body)
        if self.json_ is not None:
            yield json.loads(filled(self.json_, names))
        if self.item is not None:
            yield {"id": answer.json()["id"], **json.loads(filled(self.item, names))}


class Step(Expected):
    request: Annotated[tuple[str, ...], BeforeValidator(_tuple)]  # several: the step is taken with each
    type: str = "application/json"  # of a body; "" for none
    headers: tuple[str, ...] = ()
    body: str | Fill | Nest | None = None
    encoding: str = "utf-8"  # latin-1: each character is the byte of its number
    framing: Literal["length", "chunked", "short", "short chunked", "expect"] = "length"
    should: Expected | None = None  # what only the case's rules of level SHOULD demand
    or_no_answer: bool = False  # closing the connection will do too

    def sent(self, line: str, names: dict[str, str]) -> Request:
        method, target = filled(line, names).split(" ", 1)
        headers = tuple(filled(header, names) for header in self.headers)
        if self.body is None:
            return Request(method, target, headers)
        text = self.body if isinstance(self.body, str) else self.body.text()
        typed = (f"Content-Type: {filled(self.type, names)}",) if self.type else ()
        body = filled(text, names).encode(self.encoding)
        return Request(method, target, (*typed, *headers), body, self.framing)


class Script(Entry):
    rules: tuple[str, ...]
    given: int = 0  # items that exist before: $id1, $id2, ... are their ids, $given1, ... they themselves
    each: tuple[str, ...] = ("",)  # the case is run with $each set to every one of these
    steps: tuple[Step, ...]

    def run(self, each: str, subject: Subject) -> Iterator[Complaint]:
        created: list[int] = []
        try:
            yield from self._steps(subject.url, {"each": each, "lamp": LAMP}, created)
        finally:
            for item_id in created:
                exchange(subject.url, Request("DELETE", f"/items/{item_id}"))

    def _steps(self, url: str, names: dict[str, str], created: list[int]) -> Iterator[Complaint]:
        for number in range(1, self.given + 1):
            item = {"name": f"Given {number}", **GIVEN}
            post = Request("POST", "/items", TYPED, json.dumps(item).encode(), "length")
            remember(exchange(url, post), names, created)
            names[f"given{number}"] = json.dumps({"id": created[-1], **item})
        for step in self.steps:
            for line in step.request:
                names["each"] = Template(names["each"]).safe_substitute(names)
                request = step.sent(line, names)
                complaints = list(self._step(url, step, request, names, created))
                yield from (Complaint(f"{told(request)}\n{each.text}", each.rules) for each in complaints)
                if any(not complaint.rules for complaint in complaints):
                    return  # the next steps build on this one

    def _step(
        self, url: str, step: Step, request: Request, names: dict[str, str], created: list[int]
    ) -> Iterator[Complaint]:
        answer = exchange(url, request)
        if answer is None:
            if not step.or_no_answer:
                yield Complaint("no answer")
            return
        remember(answer, names, created)
        yield from every_answer(request, answer, step.status)
        yield from map(Complaint, step.complaints(names, request, answer))
        if step.should:
            levels = Rules.load()
            should = tuple(rule for rule in self.rules if levels.level(rule) == "SHOULD")
            yield from (Complaint(text, should) for text in step.should.complaints(names, request, answer))


def load() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.toml")):
        for name, entry in tomllib.loads(path.read_text()).items():
            script = Script.model_validate(with_steps(entry))
            for each in script.each:
                example = each or ("(nothing)" if len(script.each) > 1 else "")
                yield Case(named(name, example), script.rules, partial(script.run, each))


def with_steps(entry: dict[str, Any]) -> dict[str, Any]:
    """A case of one step has the step's members itself."""
    own = {key: value for key, value in entry.items() if key in Script.model_fields}
    step = {key: value for key, value in entry.items() if key not in Script.model_fields}
    return {**own, "steps": [*([step] if step else []), *own.get("steps", ())]}


def filled(text: str, names: dict[str, str]) -> str:
    return Template(text).substitute(names) if "$" in text else text


def remember(answer: Answer | None, names: dict[str, str], created: list[int]) -> None:
    if answer is None or answer.status != 201:
        return
    item_id = answer.json()["id"]
    created.append(item_id)
    names["id"] = names[f"id{len(created)}"] = str(item_id)
    names[f"escaped{len(created)}"] = "".join(f"%{ord(digit):x}" for digit in str(item_id))


def told(request: Request) -> str:
    body = f"({request.framing}, {len(request.body)} bytes) {request.body[:300]!r}"
    return "\n".join([f"{request.method} {request.target}", *request.headers, body])
