"""Sequences of requests, valid and hostile, go to a service and to the reference: what differs is wrong.

Hypothesis draws them of what hostile.toml has, and makes short what differs. Bodies are JSON as text, for no
value says `3e0`. Items are counted from 1 within a sequence: `{1}` in a target stands for the first, whatever
ids the service gives.

Every service is held to the same sequences. So where two of them answer otherwise, either the contract leaves
that open, or this says which of them is wrong. The service gets items created and deleted.
"""

import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis import strategies as st

from conformance.case import SEED, Complaint, Sent
from conformance.reference.oracle import Oracle, left_as_it_was
from conformance.reference.service import BODY_MAX
from conformance.script import TYPED, answered, with_requests
from harness.wire import Request

T = TypeVar("T")
HOSTILE = tomllib.loads(Path(__file__).with_name("hostile.toml").read_text())
MEDIA_TYPES = ["", *map("Content-Type: {}".format, HOSTILE["media_types"])]
EXAMPLES, EXAMPLES_SHORT = 300, 60
ITEM = re.compile(r"\{(\d)\}")

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
# of the member's type, mostly beyond its limits or just within; or of any
odd_members = st.one_of(
    st.tuples(st.sampled_from(["name", "description"]), strings),
    st.tuples(st.sampled_from(["price", "quantity"]), st.sampled_from(HOSTILE["numbers"])),
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
    target = draw(odd_targets) if draw(mostly(False, [True], 5)) else usual
    target = target.replace("{query}", draw(queries)) if "{query}" in target else target
    return target.replace("{id}", f"{{{draw(st.integers(1, 3))}}}")


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
    method, usual, text = draw(st.sampled_from(OPERATIONS[:6] * 3 + OPERATIONS))
    method, target = draw(mostly(method, HOSTILE["methods"], 9)), draw(targets(usual))
    body = draw(sent_bodies(text))
    headers = [draw(mostly("", HOSTILE["headers"], 15))]
    if body is None:
        return Request(method, target, tuple(filter(None, headers)))
    headers.append(draw(mostly(TYPED[0], MEDIA_TYPES, 9)))
    size = draw(mostly(0, [BODY_MAX - 1, BODY_MAX, BODY_MAX + 1], 30))  # of the body with spaces behind it
    framing = draw(mostly("length", ["chunked"], 9))
    return Request(method, target, tuple(filter(None, headers)), body.ljust(size), framing)


LAMP = b'{"name": "Lamp", "price": 19.9, "quantity": 3}'
CREATE = Request("POST", "/items", TYPED, LAMP, "length")
LIST = Request("GET", "/items")

# Some items to begin with, two lists since one is often short, and at last a look at what has come of it.
sequences = st.tuples(st.integers(0, 3), st.lists(requests(), min_size=1), st.lists(requests())).map(
    lambda drawn: [CREATE] * drawn[0] + drawn[1] + drawn[2] + [LIST]
)


# -- the differential test


class DifferenceError(Exception):
    """An answer is not what the reference permits."""


def compare(url: str, requests: Sequence[Request]) -> list[Complaint]:
    """What is wrong with the first answer that the reference does not permit, if there is one."""
    steps, ids = list[Sent](), list[int]()
    with left_as_it_was(url) as before:
        oracle = Oracle(before)
        for request in requests:
            sent, known = with_ids(request, ids, max(oracle.used, default=0)), set(oracle.used)
            answer = answered(url, sent)
            if isinstance(answer, Complaint):
                complaints = [replace(answer, rules=("connection",))]
            else:
                complaints = [
                    replace(complaint, cause=complaint.cause or complaint.text)
                    for complaint in oracle.complaints(sent, answer)
                ]
            created = oracle.used - known
            ids += created
            steps.append(Sent(sent, "".join(map(str, created))))
            if complaints:
                return list(with_requests(complaints, steps))
    return []


def with_ids(request: Request, ids: Sequence[int], last: int) -> Request:
    """To a service that has given these ids; those of items to come are from `last` on."""
    numbers = [*ids, *range(last + 1, last + 10)]
    return replace(request, target=ITEM.sub(lambda item: str(numbers[int(item[1]) - 1]), request.target))


def difference(url: str, *, short: bool = False, seed: int = SEED) -> list[Complaint]:
    """What is wrong with the first sequence that Hypothesis finds, if any, made as short as it can."""
    last: list[Complaint] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=EXAMPLES_SHORT if short else EXAMPLES,
        phases=[Phase.generate, Phase.shrink],
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(sequences)
    def alike(requests: list[Request]) -> None:
        if complaints := compare(url, requests):
            last[:] = complaints
            raise DifferenceError

    try:
        alike()
    except (DifferenceError, hypothesis.errors.Flaky):  # of what does not happen every time: it did happen
        if not last:
            raise
    return last
