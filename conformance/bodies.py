"""Bodies, valid and hostile, for Hypothesis to draw and to shrink: JSON as text, for no value says `3e0`."""

import json
import tomllib
from pathlib import Path

from hypothesis import strategies as st

HOSTILE = tomllib.loads(Path(__file__).with_name("hostile.toml").read_text())


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
