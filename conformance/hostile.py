"""Sequences of requests, valid and hostile, for Hypothesis to draw and to shrink.

Items are counted from 1 within a sequence: `{id}` in a target stands for the item with that number, whatever
ids the service gives. On a new service, the numbers are the ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st

from conformance.bodies import HOSTILE, documents, items, odd_bodies
from harness import wire

T = TypeVar("T")
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
