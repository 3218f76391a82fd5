"""Sequences of requests, valid and hostile, for Hypothesis to draw and to shrink.

hostile.toml has what they are made of. Bodies are JSON as text, for no value says `3e0`.

Items are counted from 1 within a sequence: `{id}` in a target stands for the item with that number, whatever
ids the service gives. On a new service, the numbers are the ids.
"""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hypothesis import strategies as st

from harness import wire

T = TypeVar("T")
HOSTILE = tomllib.loads(Path(__file__).with_name("hostile.toml").read_text())
JSON_TYPE = "Content-Type: application/json"
MEDIA_TYPES = ["", *map("Content-Type: {}".format, HOSTILE["media_types"])]
BODY_MAX = 2**20  # bytes


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    item: int = 1
    headers: tuple[str, ...] = ()
    body: bytes | None = None
    padding: int = 0  # spaces after the body
    chunked: bool = False

    def sent(self, ids: Sequence[int], last: int) -> wire.Request:
        """As it goes to a service that has given these ids; those of items to come are from `last` on."""
        item_id = ids[self.item - 1] if self.item <= len(ids) else last + self.item - len(ids)
        target = self.target.replace("{id}", str(item_id))
        if self.body is None:
            return wire.Request(self.method, target, self.headers)
        body = self.body + b" " * self.padding
        return wire.Request(self.method, target, self.headers, body, "chunked" if self.chunked else "length")


# -- bodies

texts = st.sampled_from(HOSTILE["texts"]) | st.sampled_from(HOSTILE["repeated"]).map(
    lambda repeated: repeated[0] * repeated[1]
)
# short in the file and here: Hypothesis shows a strategy by its arguments
long = st.sampled_from(HOSTILE["long"]).map(
    lambda parts: parts[0] * parts[1] + parts[2] + parts[3] * parts[1]
)


numbers = st.one_of(
    st.sampled_from(HOSTILE["numbers"]),
    st.floats(allow_nan=False, allow_infinity=False).map(json.dumps),
    st.integers().map(str),
)
strings = st.builds(json.dumps, texts, ensure_ascii=st.booleans())
tokens = st.one_of(
    st.sampled_from(HOSTILE["values"]), numbers, strings, st.sampled_from(HOSTILE["not_json"]) | long
)
valid: dict[str, st.SearchStrategy[str]] = {
    "name": st.text(st.characters(codec="utf-8", min_codepoint=1), min_size=1, max_size=100).map(json.dumps),
    "price": st.integers(0, 1_000_000).map(str) | st.floats(0, 1_000_000).map(json.dumps),
    "description": st.none().map(json.dumps) | st.sampled_from(["a", "", " a ", "€" * 1000]).map(json.dumps),
    "quantity": st.integers(0, 2**31 - 1).map(str) | st.sampled_from(["3.0", "2147483647"]),
}
# of the member's type, mostly beyond its limits or just within
near: dict[str, st.SearchStrategy[str]] = {
    "name": strings,
    "price": st.sampled_from(HOSTILE["numbers"]),
    "description": strings,
    "quantity": st.sampled_from(HOSTILE["numbers"]),
}
odd_members = st.one_of(
    st.sampled_from(list(near)).flatmap(lambda name: st.tuples(st.just(name), near[name])),
    st.tuples(st.sampled_from([*valid, "id", "extra", "Name", ""]), tokens),
)


def written(members: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in members) + "}"


@st.composite
def items(draw: st.DrawFn) -> str:
    """A valid item; or one with a member less, or a few more: unknown, given twice, of another value."""
    members = [(name, draw(valid[name])) for name in ("name", "price")]
    members += [(name, draw(valid[name])) for name in ("description", "quantity") if draw(st.booleans())]
    if draw(st.booleans()):
        members = draw(st.permutations(members))[draw(st.integers(0, 1)) :]
        members += draw(st.lists(odd_members, min_size=1, max_size=2))
    return written(members)


documents = st.recursive(
    tokens,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: f"[{', '.join(values)}]"),
        st.lists(st.tuples(st.sampled_from(["a", "b", "", "é", "__proto__"]), inner), max_size=3).map(
            written
        ),
    ),
    max_leaves=5,
)
odd_bodies = st.one_of(
    st.sampled_from(HOSTILE["odd_bodies"]).map(lambda body: body.encode("latin-1")),
    st.sampled_from(HOSTILE["encodings"]).map(lambda encoding: '{"name": "a", "price": 1}'.encode(encoding)),
)


# -- requests


@st.composite
def mostly(draw: st.DrawFn, usual: T, odd: Sequence[T], times: int) -> T:
    """The usual one, so many times as often as an odd one; it is what a failure shrinks to."""
    return draw(st.sampled_from(odd)) if draw(st.integers(0, times)) == times else usual


queries = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE["limits"]).map("limit={}".format),
        st.sampled_from(HOSTILE["afters"]).map("after={}".format),
        st.sampled_from(HOSTILE["integers"]).map("limit={}".format),
        st.sampled_from(HOSTILE["integers"]).map("after={}".format),
        st.sampled_from(HOSTILE["other_queries"]),
    ),
    min_size=1,
    max_size=3,
).map(lambda query: "?" + "&".join(query))
odd_targets = st.one_of(
    st.sampled_from(HOSTILE["ids"]).map("/items/{}".format),
    st.sampled_from(HOSTILE["paths"]),
    queries.map("/items/{{id}}{}".format),
)

OPERATIONS = [
    ("POST", "/items", items()),
    ("GET", "/items/{id}", None),
    ("GET", "/items{query}", None),
    ("PUT", "/items/{id}", items()),
    ("DELETE", "/items/{id}", None),
    ("POST", "/echo", documents),
    ("POST", "/items/", items()),
    ("GET", "/items/{query}", None),
    ("GET", "/items", None),
    ("GET", "/hello", None),
    ("GET", "/healthz", None),
]


@st.composite
def targets(draw: st.DrawFn, usual: str) -> str:
    if draw(mostly(False, [True], 5)):
        return draw(odd_targets)
    return usual.replace("{query}", draw(queries)) if "{query}" in usual else usual


@st.composite
def sent_bodies(draw: st.DrawFn, usual: st.SearchStrategy[str] | None) -> bytes | None:
    """Operations that take no body get one, too, now and then."""
    odd = draw(mostly(False, [True], 15))
    if usual is None:
        return draw(documents).encode() if odd else None
    return draw(odd_bodies) if odd else draw(usual).encode()


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """One of the operations, and each part of it odd now and then."""
    method, target, text = draw(st.sampled_from(OPERATIONS[:6] * 3 + OPERATIONS))
    body = draw(sent_bodies(text))
    headers = [draw(mostly("", HOSTILE["headers"], 15))]
    size, chunked = 0, False
    if body is not None:
        headers.append(draw(mostly(JSON_TYPE, MEDIA_TYPES, 9)))
        size = draw(mostly(0, [BODY_MAX - 1, BODY_MAX, BODY_MAX + 1], 30))
        chunked = draw(mostly(False, [True], 9))
    return Request(
        method=draw(mostly(method, HOSTILE["methods"], 9)),
        target=draw(targets(target)),
        item=draw(st.integers(1, 3)),
        headers=tuple(filter(None, headers)),
        body=body,
        padding=max(0, size - len(body or b"")),
        chunked=chunked,
    )


CREATE = Request(
    "POST", "/items", headers=(JSON_TYPE,), body=b'{"name": "Lamp", "price": 19.9, "quantity": 3}'
)

LIST = Request("GET", "/items")

# Some items to begin with, two lists since one is often short, and at last a look at what has come of it.
sequences = st.tuples(st.integers(0, 3), st.lists(requests(), min_size=1), st.lists(requests())).map(
    lambda drawn: [CREATE] * drawn[0] + drawn[1] + drawn[2] + [LIST]
)
