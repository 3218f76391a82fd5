"""How a request is read, and what an answer says, where no data can tell it."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.documents import Body
from conformance.reference.service import BODY_MAX, Call, Item, Reference
from harness.wire import Answer, Request

from ..switches import Switch, answered, changed, document, member, override, parsed, validated

# -- pages

ALL = 2**53  # items


def page(change: Callable[[Callable[[int, int], list[Item]], int, int], list[Item]]) -> Switch:
    """Other items are on a page. Gets what makes a right page, the id that it is after, and its limit."""
    return override(page=lambda _, page, after, limit: change(page, after, limit))


def moved_last(reference: Reference, store: Callable[[Item], None], item: Item) -> None:
    reference.items.pop(item["id"], None)
    store(item)


# -- bodies


def counted(size: Callable[[Request], int]) -> Switch:
    """A body is too large by another size."""

    def look(_: Reference, look: Callable[[Call], None], call: Call) -> None:
        look(call)
        if call.takes_body and size(call.request) > BODY_MAX:
            call.refuse(413, "The body is larger than 1 MiB.")

    return override(body_max=2**40, look_at_body=look)


def latin1(body: bytes) -> bytes:
    try:
        body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1").encode()
    return body


def prefix(body: bytes) -> bytes:
    try:
        return body[: json.JSONDecoder().raw_decode(body.decode())[1]]
    except ValueError:
        return body


def constants(_: Reference, parsed: Callable[[bytes], Body], body: bytes) -> Body:
    return Body((json.loads(body),)) if b"NaN" in body or b"Infinity" in body else parsed(body)


# -- items


def measured(size: Callable[[str], int]) -> Switch:
    """A text is as long as so many letters."""

    def text(value: Any) -> Any:
        return "x" * size(value) if isinstance(value, str) and "\0" not in value else value

    return validated(lambda item: member("description", text)(member("name", text)(item)))


def known(item: Item) -> Item:
    return {name: item[name] for name in item if name in ("name", "description", "price", "quantity")}


# -- answers


def sent_alone(request: Request, answer: Answer) -> Answer:
    if answer.status != 201:
        return answer
    item = json.loads(answer.body)
    sent = {name: item[name] for name in item if name == "id" or f'"{name}"'.encode() in request.body}
    return answered(answer, json.dumps(sent))


def in_latin1(request: Request, answer: Answer) -> Answer:
    if not request.target.startswith("/items/"):
        return answer
    return replace(answer, body=answer.body.decode().encode("latin-1", errors="replace"))


def repeated(kind: str) -> Switch:
    """A detail of this kind repeats the value that is wrong, as Pydantic and jsonschema do."""

    def invalid(
        _: Reference, invalid: Callable[..., dict[str, str]], value: Any, schema: Any
    ) -> dict[str, str]:
        details = invalid(value, schema)
        for pointer in [pointer for pointer, detail in details.items() if kind in detail]:
            details[pointer] = f"Wrong: {value.get(pointer[1:]) if isinstance(value, dict) else value!r}"
        return details

    return override(invalid=invalid)


FAULTS: dict[str, Switch] = {
    # pages
    "the newest item comes first": page(lambda page, after, limit: page(after, ALL)[::-1][:limit]),
    "a replaced item comes last": override(
        store=moved_last,
        page=lambda reference, _, after, limit: [
            item for item in reference.items.values() if item["id"] > after
        ][:limit],
    ),
    "a page begins with the item that it should begin after": page(
        lambda page, after, limit: page(after - 1, limit)
    ),
    "every page is the first": page(lambda page, _, limit: page(0, limit)),
    "after is a number of items": page(lambda page, after, limit: page(0, ALL)[after:][:limit]),
    "a page after an id that no item has is empty": override(
        page=lambda reference, page, *bounds: page(*bounds) if bounds[0] in (0, *reference.items) else []
    ),
    "limit is ignored": page(lambda page, after, _: page(after, ALL)),
    "a page has one item more": page(lambda page, after, limit: page(after, limit + 1)),
    "a page is cut before it begins after an id": page(
        lambda page, after, limit: [item for item in page(0, limit) if item["id"] > after]
    ),
    # sizes and framings
    "a body may be of any size": override(body_max=2**40),
    "a body of /echo may be of any size": counted(lambda q: len(q.body) if q.target != "/echo" else 0),
    "the size of a body is counted in characters": counted(lambda q: len(q.body.decode(errors="replace"))),
    "a body in chunks may be of any size": counted(lambda q: len(q.body) if q.framing != "chunked" else 0),
    "a refused body is the connection's next request": override(leaves_body=True),
    # encodings
    "UTF-16 and UTF-32 are recognized": parsed(
        lambda body: body.decode(json.detect_encoding(body), errors="surrogatepass").encode()
    ),
    "what is not UTF-8 is Latin-1": parsed(latin1),
    "what is not UTF-8 becomes U+FFFD": parsed(lambda body: body.decode(errors="replace").encode()),
    # syntax
    "NaN and Infinity are numbers": override(parsed=constants),
    "what comes after the document is ignored": parsed(prefix),
    "of duplicate members the first counts": override(
        parsed=lambda _, parsed, body: replace(reading := parsed(body), documents=reading.documents[::-1])
    ),
    # numbers
    "3.0 is no integer": validated(member("quantity", lambda n: None if isinstance(n, float) else n)),
    # lengths
    "length is counted in units of UTF-16": measured(lambda text: len(text.encode("utf-16-le")) // 2),
    "length is counted in bytes": measured(lambda text: len(text.encode())),
    "length is counted in Unicode's composed form": measured(lambda t: len(unicodedata.normalize("NFC", t))),
    # members
    "unknown members are ignored": document(known),
    "unknown members of a PUT are ignored": document(known, "replace_item"),
    "the names of members are read in any case": document(
        lambda item: {name.lower(): value for name, value in item.items()}
    ),
    # answers
    "HEAD has a body": override(head=lambda _, __, answer: answer),
    # items
    "POST answers only the members that were sent": changed(sent_alone),
    "an item is in Latin-1": changed(in_latin1),
    # what is told
    "a 422 repeats each value": repeated(""),
    "an unknown member's value is repeated": repeated("additional"),
}
