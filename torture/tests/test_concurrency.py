import pytest

from torture.concurrency import Event, is_linearizable

POSSIBLE = {
    "one after the other": "POST a 0 1, GET a 2 3, PUT b 4 5, GET b 6 7",
    "a read during a write may see either": "POST a 0 1, PUT b 2 9, GET b 3 4, GET b 5 6",
    "two writes at once, in either order": "POST a 0 1, PUT b 2 5, PUT c 2 5, GET b 6 7",
    "an unanswered write that was done": "POST a 0 1, PUT b 2 inf, GET a 3 4, GET b 5 6",
    "an unanswered write that was not": "POST a 0 1, PUT b 2 inf, GET a 3 4, GET a 5 6",
    "gone after the delete": "POST a 0 1, DELETE - 2 3, GET 404 4 5, PUT 404 4 6",
    "of two deletes at once one finds nothing": "POST a 0 1, DELETE - 2 4, DELETE 404 2 4",
    "an unanswered delete that was done": "POST a 0 1, DELETE - 2 inf, GET a 3 4, GET 404 5 6",
}
IMPOSSIBLE = {
    "a stale read": "POST a 0 1, PUT b 2 3, GET a 4 5",
    "a read of what was never written": "POST a 0 1, GET b 2 3",
    "a lost update": "POST a 0 1, PUT b 2 3, PUT c 4 5, GET b 6 7",
    "seen, and then not": "POST a 0 1, PUT b 2 9, GET b 3 4, GET a 5 6",
    "back from the dead": "POST a 0 1, DELETE - 2 3, GET a 4 5",
    "two deletes both found it": "POST a 0 1, DELETE - 2 4, DELETE - 2 4",
    "gone without a delete": "POST a 0 1, GET 404 2 3",
    "a write to what is gone": "POST a 0 1, DELETE - 2 3, PUT b 4 5",
}


def history(text: str) -> list[Event]:
    """Of each request: the method, the value or 404, when it began and when it ended."""
    fields = (line.split() for line in text.split(", "))
    return [
        Event("GET", None, float(began), float(ended))
        if value == "404"
        else Event(method, None if value == "-" else value, float(began), float(ended))
        for method, value, began, ended in fields
    ]


@pytest.mark.parametrize("name", [*POSSIBLE, *IMPOSSIBLE])
def test_whether_an_order_explains_a_history(name: str) -> None:
    assert is_linearizable(history({**POSSIBLE, **IMPOSSIBLE}[name])) == (name in POSSIBLE)


def test_a_long_history_of_writes_at_once() -> None:
    overlapping = [Event("PUT", f"{n}", n, n + 3.5) for n in range(2, 2000)]
    assert is_linearizable([*history("POST a 0 1"), *overlapping, *history("GET 1999 3000 3001")])
    assert not is_linearizable([*history("POST a 0 1"), *overlapping, *history("GET 5 3000 3001")])
