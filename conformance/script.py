"""cases/*.toml: requests, and what the contract answers. README.md says what can stand in them."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from operator import itemgetter
from pathlib import Path
from string import Template
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import h11
from pydantic import BeforeValidator, Field

from conformance.answers import every_answer
from conformance.case import Case, Complaint, Level, Sent, Subject, differs, general, named
from conformance.curl import percent_encoded
from conformance.judge import SILENCE
from conformance.rules import Entry, Rules
from harness.wire import EVERYWHERE, Answer, Request, exchange

FOLDER = Path(__file__).with_name("cases")
TYPED = ("Content-Type: application/json",)
GIVEN = {"description": "before", "price": 1.5, "quantity": 7}  # of the items that exist before
LAMP = '{"name": "Lamp", "price": 1}'


def _tuple(value: object) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


class Fill(Entry):
    """A text that is made of a repeated piece: so many times, or as often as fills a size in bytes."""

    before: str = ""
    repeat: str
    times: int = 0
    size: int = 0
    after: str = ""
    close: str = ""  # as often as what is repeated: levels

    def text(self) -> str:
        room = self.size - len((self.before + self.after).encode())
        times = room // len(self.repeat.encode()) if self.size else self.times
        return self.before + self.repeat * times + self.after + self.close * times


class Expected(Entry):
    """The statuses that are right. All but `allow` and `leads_to` is expected of the first of them alone."""

    status: Annotated[tuple[int, ...], BeforeValidator(_tuple)]
    json_: Annotated[str | None, Field(alias="json")] = None
    item: str | None = None  # the members that the item must have, besides its id
    same: bool = False  # the body is what was sent
    holds: str | None = None  # text that the body must hold
    count: int | None = None  # of a list
    other_than: str | None = None  # the id must be another
    location: bool = False  # Location is that of the item
    errors: tuple[str, ...] | None = None  # "body /price", in any order
    allow: tuple[str, ...] = ()  # methods; and OPTIONS may be there
    leads_to: str | None = None  # the path to which a redirect leads

    def complaints(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        if answer.status not in self.status:
            expected, body = " or ".join(map(str, self.status)), answer.body[:300].decode(errors="replace")
            yield Complaint(
                f"status {answer.status}, not {expected}: {body}",
                cause=wrong_status(request, self.status),
                expected=expected,
                got=f"{answer.status} {body}",
            )
            return
        try:
            yield from self._details(request, answer)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            text = f"the answer cannot be read: {error!r}: {answer.body[:300]!r}"
            yield Complaint(text, cause="an answer that cannot be read")

    def _details(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        allowed = {method.strip() for method in (answer.header("Allow") or "").split(",")} - {""}
        if self.allow and allowed - {"OPTIONS"} != set(self.allow):
            yield from differs(sorted(allowed), sorted(self.allow), "Allow")
        location = urlsplit(answer.header("Location") or "").path.removeprefix(EVERYWHERE.path)
        if self.leads_to and 300 <= answer.status < 400 and location != self.leads_to:
            yield Complaint(f"the redirect leads to {location}", cause="where a redirect leads")
        if answer.status == self.status[0]:
            yield from self._of_the_first(request, answer)

    def _of_the_first(self, request: Request, answer: Answer) -> Iterator[Complaint]:
        location = answer.header("Location") or "missing"
        if self.location and not location.endswith(f"/items/{answer.json()['id']}"):
            text = f"Location is {location} for the item {answer.json()['id']}"
            yield Complaint(text, cause="Location")
        body = f"the body of {operation(request)}"
        if self.holds and self.holds not in answer.body.decode():
            yield Complaint(f"{self.holds[:100]!r} is not in the body: {answer.body[:300]!r}", cause=body)
        if self.same:
            yield from differs(answer.json(), json.loads(request.body), body)
        if self.json_ is not None:
            yield from differs(answer.json(), json.loads(self.json_), body)
        if self.item is not None:
            yield from differs(answer.json(), {"id": answer.json()["id"], **json.loads(self.item)}, body)
        if self.count is not None:
            yield from differs(len(answer.json()), self.count, "the number of items")
        if self.other_than and str(answer.json()["id"]) == self.other_than:
            yield Complaint(f"the id {answer.json()['id']} is used again", cause="an id that is used again")
        if self.errors is not None:
            places = {f"{error['location']} {error['pointer']}" for error in answer.json()["errors"]}
            yield from differs(sorted(places), sorted(self.errors), "the invalid places")


class Step(Expected):
    request: str
    type: str = "application/json"  # of a body; "" for none
    headers: tuple[str, ...] = ()
    body: str | Fill | None = None
    encoding: str = "utf-8"  # latin-1: each character is the byte of its number
    framing: Literal["length", "chunked", "short", "short chunked", "expect"] = "length"
    should: Expected | None = None  # what only the case's rules of level SHOULD demand
    or_no_answer: bool = False  # closing the connection will do too

    def sent(self) -> Request:
        method, target = self.request.split(" ", 1)
        if self.body is None:
            return Request(method, target, self.headers)
        text = self.body if isinstance(self.body, str) else self.body.text()
        typed = (f"Content-Type: {self.type}",) if self.type else ()
        return Request(method, target, (*typed, *self.headers), text.encode(self.encoding), self.framing)


class Script(Entry):
    level: Level = Level.EDGES
    rules: tuple[str, ...]
    given: int = 0  # items that exist before: $id1, $id2, ... are their ids, $given1, ... they themselves
    examples: Annotated[tuple[str, ...], Field(alias="each")] = ("",)  # the case is run with each as $each
    steps: tuple[Step, ...]

    @property
    def is_bare(self) -> bool:
        """A body that ends early ends one side of its connection."""
        return any(step.framing.startswith("short") for step in self.steps)

    def run(self, example: str, subject: Subject) -> Iterator[Complaint]:
        sent: list[Sent] = []
        try:
            yield from self._steps(subject.url, {"each": example, "lamp": LAMP}, sent)
        finally:
            with suppress(OSError, h11.ProtocolError):
                for item_id in [step.created for step in sent if step.created]:
                    exchange(subject.url, Request("DELETE", f"/items/{item_id}"))

    def _steps(self, url: str, names: dict[str, str], sent: list[Sent]) -> Iterator[Complaint]:
        given = list[dict[str, Any]]()
        for number in range(1, self.given + 1):
            item = {"name": f"Given {number}", **GIVEN}
            step = Step(request="POST /items", body=json.dumps(item), status=(201,))
            wrong = [complaint for complaint in self._step(url, step, names, sent) if not complaint.rules]
            if wrong or "id" not in names:
                yield from with_requests(wrong or [Complaint("no id", cause="no id of a new item")], sent)
                return
            given.append({"id": json.loads(names["id"]), **item})
        for number, item in enumerate(sorted(given, key=itemgetter("id")), start=1):  # as a list has them
            names[f"given{number}"], names[f"id{number}"] = json.dumps(item), json.dumps(item["id"])
            names[f"escaped{number}"] = percent_encoded(names[f"id{number}"])
        for step in self.steps:
            names["each"] = Template(names["each"]).safe_substitute(names)
            complaints = list(self._step(url, filled(step, names), names, sent))
            yield from with_requests(complaints, sent)
            if any(not complaint.rules for complaint in complaints):
                return  # the next steps build on this one

    def _step(self, url: str, step: Step, names: dict[str, str], sent: list[Sent]) -> Iterator[Complaint]:
        request = step.sent()
        sent.append(Sent(request))
        answer = answered(url, request)
        if isinstance(answer, Complaint):
            if answer != CLOSED or not step.or_no_answer:
                yield answer
            return
        sent[-1] = remember(request, answer, names, sum(bool(earlier.created) for earlier in sent))
        yield from step.complaints(request, answer)
        is_another = answer.status not in step.status
        for complaint in every_answer(request, answer, step.status):
            if not is_another or complaint.rules == ("error-never-5xx",):
                yield complaint
        if step.should and not is_another:
            should = tuple(rule for rule in self.rules if Rules.load().level(rule) == "SHOULD")
            for complaint in step.should.complaints(request, answer):
                yield replace(complaint, rules=should)


CLOSED = Complaint("no answer: the connection was closed", cause="closed without an answer")


def load() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.toml")):
        entries = tomllib.loads(path.read_text())
        level = entries.pop("level")
        for name, entry in entries.items():
            script = Script.model_validate(with_steps({"level": level, **entry}))
            for example in script.examples:
                label = example or ("(nothing)" if len(script.examples) > 1 else "")
                run = partial(script.run, example)
                yield Case(named(name, label), script.rules, run, script.level, script.is_bare)


def with_steps(entry: dict[str, Any]) -> dict[str, Any]:
    """A case of one step has the step's members itself; a step with several requests is one of each."""
    members = {field.alias or name for name, field in Script.model_fields.items()}
    own = {key: value for key, value in entry.items() if key in members}
    step = {key: value for key, value in entry.items() if key not in members}
    steps = [*([step] if step else []), *own.get("steps", ())]
    own["steps"] = [{**step, "request": line} for step in steps for line in _tuple(step.get("request"))]
    return own


def filled(value: Any, names: dict[str, str]) -> Any:
    """With the names in all its texts."""
    match value:
        case str() if "$" in value:
            return Template(value).substitute(names)
        case tuple():
            return tuple(filled(element, names) for element in value)
        case Entry():
            return value.model_copy(update={name: filled(inner, names) for name, inner in value})
    return value


def answered(url: str, request: Request) -> Answer | Complaint:
    """The answer, or why there is none."""
    try:
        return exchange(url, request) or CLOSED
    except (OSError, h11.ProtocolError) as error:
        cause = SILENCE if isinstance(error, TimeoutError) else "no HTTP answer"
        return Complaint(f"{cause}: {error!r}", cause=cause)


def remember(request: Request, answer: Answer, names: dict[str, str], before: int) -> Sent:
    """What was created; also where it should not have been, and by an answer that is no strict JSON."""
    names_items = request.target.lstrip("/").lower().startswith("items")  # `//items` too
    if request.method != "POST" or not names_items or answer.status >= 300:
        return Sent(request)
    try:
        item_id = json.dumps(json.loads(answer.body)["id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return Sent(request)
    item_id = item_id.strip('"')
    names["id"] = names[f"id{before + 1}"] = item_id
    return Sent(request, item_id)


def with_requests(complaints: Iterable[Complaint], sent: Sequence[Sent]) -> Iterator[Complaint]:
    """With what was sent."""
    request = sent[-1].request
    body = f"({request.framing}, {len(request.body)} bytes) {request.body[:300]!r}"
    asked = "\n".join([f"{request.method} {request.target}", *request.headers, body])
    for complaint in complaints:
        cause, got = complaint.cause or general(complaint.text), complaint.got or complaint.text
        yield replace(complaint, text=f"{asked}\n{complaint.text}", cause=cause, got=got, sent=tuple(sent))


def operation(request: Request) -> str:
    path = re.sub("^/items/[^/]+$", "/items/{item_id}", request.target.partition("?")[0])
    return f"{request.method} {path}"


def wrong_status(request: Request, expected: tuple[int, ...]) -> str:
    """The cause: a refusal that is missing is alike everywhere, a success is one of its operation."""
    if expected[0] >= 400:
        return f"no {expected[0]} where one is due"
    if request.method == "HEAD":
        return f"no {expected[0]} for HEAD"
    return f"no {expected[0]} for {operation(request)}"
