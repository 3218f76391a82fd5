"""How a request is read: its method and query, its body, and what of that is valid."""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.documents import Body
from conformance.reference.service import BODY_MAX, ITEM, Call, Item, Reference
from harness.wire import Request

from ..switches import (
    Change,
    Switch,
    asked,
    attributes,
    document,
    member,
    override,
    parsed,
    together,
    validated,
)

# -- methods, queries and pages


def declare(path: str, method: str, other: str, like: str) -> Switch:
    """A method that the path should not have; it does what another operation does."""

    def switch(reference: Reference) -> None:
        paths = reference.contract["paths"]
        paths[path] = {**paths[path], method: paths[other][like]}

    return switch


def overridden(request: Request) -> Request:
    return replace(request, method=request.header("X-HTTP-Method-Override") or request.method)


def clamped(request: Request) -> Request:
    def clamp(limit: re.Match[str]) -> str:
        return f"limit={min(max(int(limit[1]), 1), 2000)}"

    return replace(request, target=re.sub(r"limit=([0-9]+)(?![^&])", clamp, request.target))


def page(change: Callable[[list[Item], int, int], Any]) -> Switch:
    """Other items are on a page. Gets the items in the order of their ids, `after` and `limit`."""

    def other(reference: Reference, _: Any, after: int, limit: int) -> Any:
        return change([reference.items[item_id] for item_id in sorted(reference.items)], after, limit)

    return override(page=other)


def beyond(items: list[Item], after: int) -> list[Item]:
    return [item for item in items if item["id"] > after]


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

    return together(attributes(body_max=2**40), override(look_at_body=look))


def of_put(_: Reference, look: Callable[[Call], None], call: Call) -> None:
    look(call)
    if call.request.method == "PUT":
        call.refusals = [refusal for refusal in call.refusals if refusal.status != 415]


def decoded(decode: Callable[[bytes], str]) -> Switch:
    return parsed(lambda data: decode(data).encode())


def latin1(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def prefix(data: bytes) -> bytes:
    try:
        return data[: json.JSONDecoder().raw_decode(data.decode())[1]]
    except ValueError:
        return data


def fails(error: Callable[[bytes], bool]) -> Switch:
    """500, as where an exception goes through."""

    def parsed(_: Reference, parsed: Callable[[bytes], Body], data: bytes) -> Body:
        if error(data):
            raise RuntimeError
        return parsed(data)

    return override(parsed=parsed)


def levels(data: bytes) -> int:
    return data.count(b"[") + data.count(b"{")


def syntax_error(data: bytes) -> bool:
    try:
        json.loads(data.decode())
    except ValueError:
        return True
    except RecursionError:
        return False
    return False


def constants(_: Reference, parsed: Callable[[bytes], Body], data: bytes) -> Body:
    return Body((json.loads(data),)) if b"NaN" in data or b"Infinity" in data else parsed(data)


def integers(change: Change) -> Switch:
    """Other integers are read, at whatever depth."""

    def walk(value: Any) -> Any:
        match value:
            case dict():
                return {name: walk(inner) for name, inner in value.items()}
            case list():
                return [walk(inner) for inner in value]
            case _:
                return of_type(int, change)(value)

    return override(parsed=lambda _, parsed, data: Body(tuple(walk(each) for each in parsed(data).documents)))


def in_64_bits(value: int) -> int:
    if not -(2**63) <= value < 2**64:
        raise ValueError
    return value


# -- items


def of_type(kind: Any, change: Change) -> Change:
    """Changes values of the type only; true and false are no integers."""
    return lambda value: (
        change(value) if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)) else value
    )


def numbers(change: Change) -> Switch:
    return document(lambda item: member("price", change)(member("quantity", change)(item)))


def number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def measured(size: Callable[[str], int]) -> Switch:
    """A text is as long as so many letters."""
    text = of_type(str, lambda value: value if "\0" in value else "x" * size(value))
    return validated(lambda item: member("description", text)(member("name", text)(item)))


def dropped(when: Callable[[str, Any], bool], operation: str = "") -> Switch:
    return document(lambda item: {name: item[name] for name in item if not when(name, item[name])}, operation)


def is_unknown(name: str, _: Any = None) -> bool:
    return name not in ("name", "description", "price", "quantity")


def digits(price: float) -> float:
    return price if price > 10**6 or price == round(price, 2) else -1


FAULTS: dict[str, Switch] = {
    # methods
    "PATCH is another PUT": declare(ITEM, "patch", ITEM, "put"),
    "GET /echo greets": declare("/echo", "get", "/hello", "get"),
    "X-HTTP-Method-Override is the method": asked(overridden),
    # pages
    "a limit out of its range is moved into it": asked(clamped),
    "the newest item comes first": page(lambda items, after, limit: beyond(items[::-1], after)[:limit]),
    "a replaced item comes last": together(
        override(store=moved_last),
        override(page=lambda ref, _, after, limit: beyond([*ref.items.values()], after)[:limit]),
    ),
    "a list is in an object": page(lambda items, after, limit: {"items": beyond(items, after)[:limit]}),
    "a page begins with the item that it should begin after": page(
        lambda items, after, limit: beyond(items, after - 1)[:limit]
    ),
    "every page is the first": page(lambda items, _, limit: items[:limit]),
    "after is a number of items": page(lambda items, after, limit: items[after:][:limit]),
    "a page after an id that no item has is empty": page(
        lambda items, after, limit: (
            beyond(items, after)[:limit] if after in [0, *(item["id"] for item in items)] else []
        )
    ),
    "limit is ignored": page(lambda items, after, _: beyond(items, after)),
    "a page has one item more": page(lambda items, after, limit: beyond(items, after)[: limit + 1]),
    "a page is cut before it begins after an id": page(
        lambda items, after, limit: beyond(items[:limit], after)
    ),
    # sizes and framings
    "PUT takes a body of any Content-Type": override(look_at_body=of_put),
    "a body of exactly 1 MiB is 413": counted(lambda q: len(q.body) + 1),
    "a body of 1,000,001 bytes is 413": counted(lambda q: len(q.body) + 48_576),
    "a body may be of any size": attributes(body_max=2**40),
    "a body of /echo may be of any size": counted(lambda q: len(q.body) if q.target != "/echo" else 0),
    "the size of a body is counted in characters": counted(lambda q: len(q.body.decode(errors="replace"))),
    "a body in chunks may be of any size": counted(lambda q: len(q.body) if q.framing != "chunked" else 0),
    "a body in chunks is cut at 1 MiB": asked(lambda q: replace(q, body=q.body[:BODY_MAX])),
    "a refused body is the connection's next request": attributes(leaves_body=True),
    # encodings
    "UTF-16 and UTF-32 are recognized": decoded(
        lambda data: data.decode(json.detect_encoding(data), errors="surrogatepass")
    ),
    "what is not UTF-8 is Latin-1": decoded(latin1),
    "what is not UTF-8 becomes U+FFFD": decoded(lambda data: data.decode(errors="replace")),
    "what is not UTF-8 is 500": fails(lambda data: "\ufffd" in data.decode(errors="replace")),
    "an unpaired surrogate becomes a question mark": parsed(
        lambda data: re.sub(rb"\\u[dD][89a-fA-F]..(?!\\u[dD][c-fC-F])", b"?", data)
    ),
    # syntax
    "100 levels are 400": parsed(lambda data: b"{" if levels(data) == 100 else data),
    "250 levels are 500": fails(lambda data: levels(data) == 250),
    "NaN and Infinity are numbers": override(parsed=constants),
    "what comes after the document is ignored": parsed(prefix),
    "what is not JSON is 500": fails(syntax_error),
    "of duplicate members the first counts": override(
        parsed=lambda _, parsed, data: replace(found := parsed(data), documents=found.documents[::-1])
    ),
    "an integer past 53 bits loses digits": integers(lambda v: v if abs(v) < 2**53 else float(v)),
    "an integer past 64 bits is 400": integers(in_64_bits),
    # lengths
    "length is counted in units of UTF-16": measured(lambda text: len(text.encode("utf-16-le")) // 2),
    "length is counted in bytes": measured(lambda text: len(text.encode())),
    "length is counted in Unicode's composed form": measured(lambda t: len(unicodedata.normalize("NFC", t))),
    # numbers
    "a price of -0.0 is refused": validated(member("price", lambda v: -1 if str(v) == "-0.0" else v)),
    "a price of three digits after the point is refused": validated(member("price", of_type(float, digits))),
    '"5" is a number': numbers(of_type(str, number)),
    "true is 1": numbers(of_type(bool, int)),
    "5 is a name": document(member("name", of_type((int, float), str))),
    "3.0 is no integer": validated(member("quantity", of_type(float, lambda _: None))),
    "3.5 is 3": document(member("quantity", of_type(float, lambda v: int(v) if abs(v) < 2**31 else v))),
    # members
    "unknown members are ignored": dropped(is_unknown),
    "unknown members of a PUT are ignored": dropped(is_unknown, "replace_item"),
    "an id in a body is ignored": dropped(lambda name, _: name == "id"),
    "an unknown member of null is ignored": dropped(
        lambda name, v: v is None and name not in ("name", "price")
    ),
    "a quantity of null is the default": dropped(lambda name, value: name == "quantity" and value is None),
    "the names of members are read in any case": document(
        lambda item: {name.lower(): value for name, value in item.items()}
    ),
    "a name of null is a dash": document(member("name", lambda v: "-" if v is None else v)),
    "an item without a price costs nothing": document(lambda item: {"price": 0, **item}),
    "a PUT without a price costs nothing": document(lambda item: {"price": 0, **item}, "replace_item"),
}
