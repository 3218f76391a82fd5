"""The members of an item: what is valid."""

import unicodedata
from collections.abc import Callable
from typing import Any

from conformance.reference.service import Item

from ..switches import Switch, document, member, refused, schema, validated

Change = Callable[[Any], Any]


def of_type(kind: Any, change: Change) -> Change:
    """Changes values of the type only; true and false are no integers."""
    return lambda value: (
        change(value) if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)) else value
    )


def numbers(change: Change) -> Change:
    return lambda item: member("price", change)(member("quantity", change)(item))


def number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def measured(size: Callable[[str], int]) -> Switch:
    """A text is as long as so many letters."""
    text = of_type(str, lambda value: value if "\0" in value else "x" * size(value))
    return validated(lambda item: member("description", text)(member("name", text)(item)))


def dropped(name: str, when: Callable[[Item], bool]) -> Callable[[Item], Item]:
    return lambda item: {key: item[key] for key in item if key != name or not when(item)}


def known(item: Item) -> Item:
    return {name: item[name] for name in ("name", "description", "price", "quantity") if name in item}


FAULTS: dict[str, Switch] = {
    # lengths
    "a name of 101 characters is taken": schema("Name", maxLength=101),
    "a name of 100 characters is refused": schema("Name", maxLength=99),
    "an empty name is taken": schema("Name", minLength=0),
    "a name of one character is refused": schema("Name", minLength=2),
    "a name of spaces is refused": schema("Name", pattern=r"^[^\u0000]*[^\u0000\s][^\u0000]*$"),
    "a name with a line end is refused": schema("Name", pattern="^[^\\u0000-\\u001f]*$"),
    "a name of more than ASCII is refused": schema("Name", pattern="^[\\u0001-\\u007f]*$"),
    "a description of 1,001 characters is taken": schema("Description", maxLength=1001),
    "a description of 1,000 characters is refused": schema("Description", maxLength=999),
    "an empty description is refused": schema("Description", minLength=1),
    "length is counted in units of UTF-16": measured(lambda text: len(text.encode("utf-16-le")) // 2),
    "length is counted in bytes": measured(lambda text: len(text.encode())),
    "length is counted in Unicode's composed form": measured(
        lambda text: len(unicodedata.normalize("NFC", text))
    ),
    "a name may hold U+0000": schema("Name", pattern=None),
    "a description may hold U+0000": schema("Description", pattern=None),
    "U+0000 in a name is 500": refused(500, lambda q: b"\\u0000" in q.body and q.target.startswith("/items")),
    # ranges
    "a price over the maximum is taken": schema("Price", maximum=10**9),
    "the largest price is refused": schema("Price", exclusiveMaximum=10**6),
    "a price of 0 is refused": schema("Price", exclusiveMinimum=0),
    "a negative price is taken": schema("Price", minimum=-(10**6)),
    "a price of -0.0 is refused": validated(member("price", lambda v: -1 if str(v) == "-0.0" else v)),
    "a price of three digits after the point is refused": validated(
        member("price", of_type(float, lambda v: v if v > 10**6 or v == round(v, 2) else -1))
    ),
    "a quantity of 63 bits is taken": schema("Quantity", maximum=2**63 - 1),
    "the largest quantity is refused": schema("Quantity", maximum=2**31 - 2),
    "a negative quantity is taken": schema("Quantity", minimum=-(2**31)),
    "a quantity past 64 bits is 500": refused(500, lambda q: b'"quantity": 9223372036854775808' in q.body),
    # types
    '"5" is a number': document(numbers(of_type(str, number))),
    "true is 1": document(numbers(of_type(bool, int))),
    "5 is a name": document(member("name", of_type((int, float), str))),
    "3.0 is no integer": validated(member("quantity", of_type(float, lambda _: None))),
    "3.5 is 3": document(member("quantity", of_type(float, lambda v: int(v) if abs(v) < 2**31 else v))),
    # members
    "unknown members are ignored": document(known),
    "unknown members of a PUT are ignored": document(known, "replace_item"),
    "an id in a body is ignored": document(dropped("id", lambda _: True)),
    "an unknown member of null is ignored": document(
        lambda item: {
            name: item[name] for name in item if item[name] is not None or name in ("name", "price")
        }
    ),
    "the names of members are read in any case": document(
        lambda item: {name.lower(): value for name, value in item.items()}
    ),
    "a quantity of null is the default": document(dropped("quantity", lambda item: item["quantity"] is None)),
    "a name of null is a dash": document(member("name", lambda v: "-" if v is None else v)),
    "a description of null is refused": schema("Description", type="string"),
    "an item without a price costs nothing": document(lambda item: {"price": 0, **item}),
    "a PUT without a price costs nothing": document(lambda item: {"price": 0, **item}, "replace_item"),
    "the default quantity is 1": schema("Quantity", default=1),
    "the default description is empty": schema("Description", default=""),
    "a description is required": schema("NewItem", required=["name", "price", "description"]),
    # documents
    "/echo takes 5": schema("Document", oneOf=[{}]),
    "/echo refuses an array": schema("Document", oneOf=[{"type": "object"}]),
    "an item in an array is 500": refused(500, lambda q: q.body[:1] == b"[" and q.target != "/echo"),
}
