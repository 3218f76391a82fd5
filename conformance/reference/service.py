"""What the contract answers to a request, and what else it permits.

    reference = Reference()
    reference.answer(Request("GET", "/items/1"))        # what the reference does
    reference.read(Request("GET", "/items/01")).statuses  # all that a service may: (404,), or (200, 404)

A request is read in steps, in the contract's order of errors. Each step adds what there is to refuse, and
whether a service MUST refuse it, SHOULD (as the reference does), or MAY.
"""

import copy
import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, unquote

from openapi_schema_validator import OAS31Validator

from conformance import contract
from conformance.reference import documents
from harness.wire import Answer, Request

BODY_MAX = 2**20  # bytes
JSON_TYPE = re.compile(r'application/json[ \t]*(;[ \t]*(charset=(utf-8|"utf-8")[ \t]*)?)?', re.IGNORECASE)
OTHER_JSON_TYPE = re.compile(
    r"(application/json[ \t]*;|[\w.-]+/(json|[\w.-]+\+json)[ \t]*($|;)).*", re.IGNORECASE
)
OPEN_PATHS = ("/docs", "/redoc", "/openapi.json")  # a framework's own pages
REDIRECTS = (301, 302, 303, 307, 308)
DECIMAL = re.compile(r"0|[1-9][0-9]*", re.ASCII)
# Open: signs, zeros, spaces, `1.0`, `1_0`; and a framework reads the digits of other scripts.
LOOSE_DECIMAL = re.compile(r"\s*([+-]?\d+(?:_\d+)*)(?:\.0+)?\s*")
ITEM = "/items/{item_id}"

Item = dict[str, Any]
Place = tuple[str, str, str]  # location, pointer, detail
Level = Literal["MUST", "SHOULD", "MAY"]


@dataclass(frozen=True)
class Refusal:
    status: int
    detail: str
    level: Level = "MUST"
    place: Place | None = None  # of a 422
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Call:
    """A request as it was read, and what there is to refuse in it."""

    request: Request
    is_open: bool = False  # a service may answer what it likes
    template: str = ""
    item_id: int = 0
    operation: dict[str, Any] = field(default_factory=dict)
    documents: Sequence[Any] = ()  # the ways to read the body; the reference takes the first
    page: dict[str, list[int]] = field(default_factory=dict)  # limit and after, likewise
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, status: int, detail: str, level: Level = "MUST", **more: Any) -> None:
        self.refusals.append(Refusal(status, detail, level, **more))

    @property
    def refused(self) -> list[Refusal]:
        """What the reference refuses."""
        return [refusal for refusal in self.refusals if refusal.level != "MAY"]

    @property
    def statuses(self) -> tuple[int, ...]:
        """All that a service may answer, and first what the reference does."""
        must = any(refusal.level == "MUST" for refusal in self.refusals)
        success = [] if must or not self.operation else [min(map(int, self.operation["responses"]))]
        ordered = [refusal.status for refusal in self.refused] or success
        return tuple(dict.fromkeys([*ordered, *success, *(refusal.status for refusal in self.refusals)]))

    def places(self, *levels: Level) -> set[str]:
        places = [refusal.place for refusal in self.refusals if refusal.level in levels and refusal.place]
        return {f"{location} {pointer}" for location, pointer, _ in places}

    @property
    def takes_body(self) -> bool:
        return "requestBody" in self.operation


class Reference:
    """The contract without a fault."""

    steps = ("locate", "choose", "negotiate", "look_at_body", "parse", "look_at_query", "look_up")
    body_max = BODY_MAX
    leaves_body = False  # a fault of connections: a refused body is the next request

    def __init__(self, items: Sequence[Item] = ()) -> None:
        self.contract = copy.deepcopy(contract.document())
        self.items: dict[int, Item] = {item["id"]: item for item in items}
        self.last_id = max(self.items, default=0)
        self.lock: AbstractContextManager[Any] = threading.RLock()

    def answer(self, request: Request) -> Answer:
        try:
            with self.lock:
                call = self.read(request)
                operation = self.refuse if call.refused else getattr(self, call.operation["operationId"])
                answer: Answer = operation(call)
        except Exception:  # noqa: BLE001 - that is what a 500 is
            answer = self.problem([Refusal(500, "The service failed to answer.")])
        return self.head(answer) if request.method == "HEAD" else answer

    def read(self, request: Request) -> Call:
        call = Call(request)
        for step in self.steps:
            getattr(self, step)(call)
        return call

    # -- the steps

    def locate(self, call: Call) -> None:
        path = unquote(call.request.target.partition("?")[0], errors="replace")
        plain = "/" + "/".join(filter(None, path.replace("\n", "").split("/")))
        call.is_open = plain in OPEN_PATHS
        if item := re.fullmatch("/items/([^/]+)", plain):
            call.template = ITEM
            call.item_id = self.integer(item[1], {"$ref": "#/components/schemas/ItemId"}) or 0
            if not DECIMAL.fullmatch(item[1]) or not call.item_id:
                call.refuse(404, "No such path.", "MAY" if call.item_id else "MUST")
        elif plain in self.contract["paths"] and "{" not in plain:
            call.template = plain
        if not call.template:
            call.refuse(404, "No such path.")
        elif path != plain:
            for status in (404, *REDIRECTS):
                call.refuse(status, "No such path.", "MAY")

    def choose(self, call: Call) -> None:
        """The operation, by the method."""
        methods, method = self.methods(call), call.request.method
        if method in methods:
            call.operation = methods[method]
        elif methods or method == "OPTIONS":
            level: Level = "MUST" if method != "OPTIONS" else "SHOULD" if methods else "MAY"
            allow = (("allow", ", ".join(methods)),)
            call.refuse(405, "The path has no such method.", level, headers=allow)
        for status in (200, 204) if method == "OPTIONS" else ():
            call.refuse(status, "", "MAY")

    def negotiate(self, call: Call) -> None:
        accept = call.request.header("Accept") or "*/*"
        if ";" in accept or not re.search(r"\*/\*|application/\*|json", accept, re.IGNORECASE):
            call.refuse(406, "The representation is JSON.", "MAY")

    def look_at_body(self, call: Call) -> None:
        request = call.request
        is_cut, is_announced = "short" in request.framing, request.framing == "announced"
        if call.takes_body and not (request.body or is_cut or is_announced):
            call.refuse(400, "The body is missing.")
            for status in (415, 422):
                call.refuse(status, "The body is missing.", "MAY")
            return
        media_type = request.header("Content-Type") or ""
        if call.takes_body and not JSON_TYPE.fullmatch(media_type):
            level: Level = "MAY" if OTHER_JSON_TYPE.fullmatch(media_type) else "MUST"
            call.refuse(415, "The body must be application/json.", level)
        if len(request.body) > self.body_max or is_announced:
            call.refuse(413, "The body is larger than 1 MiB.", "MUST" if call.takes_body else "MAY")
        if is_cut:
            call.refuse(400, "The body ended early.", "MUST" if call.takes_body else "MAY")

    def parse(self, call: Call) -> None:
        if not call.takes_body or not call.request.body or "short" in call.request.framing:
            return
        try:
            body = self.parsed(call.request.body)
        except ValueError:
            call.refuse(400, "The body is not valid JSON.")
            return
        call.documents = body.documents
        if body.open or (call.template == "/echo" and not body.is_in_range):
            call.refuse(400, "The body has too many levels or digits.", "SHOULD")
        elif not body.is_in_range:
            call.refuse(400, "The body has too many digits.", "MAY")
        if not body.documents:
            call.refuse(422, "The request is not valid.", "MAY")
        self.validate(call)

    def validate(self, call: Call) -> None:
        schema = {"$ref": f"#/components/schemas/{'Document' if call.template == '/echo' else 'NewItem'}"}
        invalid = "The request is not valid."
        errors = [self.invalid(document, schema) for document in call.documents]
        for number, places in enumerate(errors):
            level: Level = "MUST" if len(errors) == 1 else "MAY" if number else "SHOULD"
            for pointer, detail in places.items():
                call.refuse(422, invalid, level, place=("body", pointer, detail))
        if len(errors) > 1:  # duplicate members
            call.refuse(400, "The body has duplicate members.", "MAY")
            call.refuse(422, invalid, "MUST" if all(errors) else "MAY")
        for document in call.documents if call.template != "/echo" else ():
            if isinstance(document, dict) and isinstance(document.get("quantity"), float):  # 3.0
                call.refuse(422, invalid, "MAY", place=("body", "/quantity", "It must be an integer."))

    def look_at_query(self, call: Call) -> None:
        query = parse_qs(call.request.target.partition("?")[2], keep_blank_values=True)
        for parameter in call.operation.get("parameters", ()):
            name = parameter["name"]
            texts = query.get(name, [])[::-1]  # the last one first
            numbers = [self.integer(text, parameter["schema"]) for text in texts]
            call.page[name] = [number for number in numbers if number is not None]
            if texts and (numbers[0] is None or len(texts) > 1 or not DECIMAL.fullmatch(texts[0])):
                level: Level = "MUST" if not call.page[name] else "SHOULD" if numbers[0] is None else "MAY"
                place = ("query", f"/{name}", "It must be an integer in its range.")
                call.refuse(422, "The request is not valid.", level, place=place)

    def look_up(self, call: Call) -> None:
        if call.item_id and call.operation and call.item_id not in self.items:
            call.refuse(404, "No item has this id.")

    # -- what the steps are made of

    def methods(self, call: Call) -> dict[str, Any]:
        declared = self.contract["paths"].get(call.template, {})
        methods = {name.upper(): declared[name] for name in contract.METHODS if name in declared}
        return {"GET": methods["GET"], "HEAD": methods["GET"], **methods} if "GET" in methods else methods

    def parsed(self, body: bytes) -> documents.Body:
        return documents.read(body)

    def integer(self, text: str, schema: dict[str, Any]) -> int | None:
        """None for what is no integer in its range."""
        match = LOOSE_DECIMAL.fullmatch(text)
        if not match or len(text) > 400:
            return None
        number = int(match[1])
        return None if self.invalid(number, schema) else number

    def invalid(self, value: Any, schema: dict[str, Any]) -> dict[str, str]:
        """What is wrong with the value, by JSON Pointer. No detail repeats the value."""
        validator = OAS31Validator({**schema, "components": self.contract["components"]})
        details: dict[str, str] = {}
        for error in validator.iter_errors(value):
            detail = f"It breaks {error.validator}: {json.dumps(error.validator_value)}"
            details |= {pointer: detail[:200] for pointer in self.pointers(error) if pointer not in details}
        return details

    def pointers(self, error: Any) -> list[str]:
        names = list(error.path)[:1]
        if error.validator == "required":
            names = [name for name in error.validator_value if name not in error.instance]
        elif error.validator == "additionalProperties":
            names = [name for name in error.instance if name not in error.schema["properties"]]
        escaped = [str(name).replace("~", "~0").replace("/", "~1") for name in names]
        return [f"/{name}" for name in escaped] or [""]

    # -- the answers

    def refuse(self, call: Call) -> Answer:
        return self.problem(call.refused)

    def problem(self, refused: Sequence[Refusal]) -> Answer:
        first, places = refused[0], [refusal.place for refusal in refused if refusal.place]
        errors = [dict(zip(("location", "pointer", "detail"), place, strict=True)) for place in places]
        problem = {"type": "about:blank", "title": contract.PHRASES[first.status], "status": first.status}
        problem |= {"detail": first.detail, **({"errors": errors} if first.status == 422 else {})}
        return self.reply(first.status, problem, dict(first.headers))

    def reply(self, status: int, value: Any = None, headers: dict[str, str] | None = None) -> Answer:
        body = b"" if status == 204 else json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        fields = {"cache-control": "no-store", **(headers or {})}
        if status != 204:
            fields["content-type"] = "application/json" if status < 400 else "application/problem+json"
            fields["content-length"] = str(len(body))
        return Answer(status, tuple(fields.items()), body)

    def head(self, answer: Answer) -> Answer:
        return Answer(answer.status, answer.headers, b"")

    # -- the operations

    def hello(self, _call: Call) -> Answer:
        return self.reply(200, {"message": "Hello, World!"})

    def health(self, _call: Call) -> Answer:
        return self.reply(200, {"status": "ok"})

    def echo(self, call: Call) -> Answer:
        return self.reply(200, call.documents[0])

    def list_items(self, call: Call) -> Answer:
        return self.reply(200, next(self.pages(call)))

    def create_item(self, call: Call) -> Answer:
        self.last_id = self.next_id()
        item = self.item(self.last_id, call.documents[0])
        self.store(item)
        return self.reply(201, item, {"location": f"/items/{item['id']}"})

    def get_item(self, call: Call) -> Answer:
        return self.reply(200, self.items[call.item_id])

    def replace_item(self, call: Call) -> Answer:
        item = self.item(call.item_id, call.documents[0])
        self.store(item)
        return self.reply(200, item)

    def delete_item(self, call: Call) -> Answer:
        del self.items[call.item_id]
        return self.reply(204)

    # -- what the operations are made of

    def item(self, item_id: int, document: Any) -> Item:
        members = self.contract["components"]["schemas"]["NewItem"]["properties"]
        schemas = {name: self.contract["components"]["schemas"][name.capitalize()] for name in members}
        values = {name: document.get(name, schema.get("default")) for name, schema in schemas.items()}
        return {"id": item_id, **values, "quantity": int(values["quantity"])}

    def store(self, item: Item) -> None:
        self.items[item["id"]] = item

    def next_id(self) -> int:
        return self.last_id + 1

    def pages(self, call: Call) -> Iterator[list[Item]]:
        """Each page that the query can mean, and first the one that the reference gives."""
        default = next(p["schema"]["default"] for p in call.operation["parameters"] if p["name"] == "limit")
        for limit in call.page["limit"] or [default]:
            for after in call.page["after"] or [0]:
                yield self.page(after, limit)

    def page(self, after: int, limit: int) -> list[Item]:
        return [self.items[item_id] for item_id in sorted(self.items) if item_id > after][:limit]
