import pytest

from torture.concurrency import Event, is_linearizable

inf = float("inf")


def created(value: str, began: float, ended: float) -> Event:
    return Event("POST", value, began, ended)


def replaced(value: str, began: float, ended: float = inf, *, gone: bool = False) -> Event:
    return Event("PUT", value, began, ended, gone)


def deleted(began: float, ended: float = inf, *, gone: bool = False) -> Event:
    return Event("DELETE", None, began, ended, gone)


def read(value: str | None, began: float, ended: float) -> Event:
    return Event("GET", value, began, ended, value is None)


POSSIBLE = {
    "one after the other": [created("a", 0, 1), read("a", 2, 3), replaced("b", 4, 5), read("b", 6, 7)],
    "a read during a write may see either": [
        created("a", 0, 1),
        replaced("b", 2, 9),
        read("b", 3, 4),
        read("b", 5, 6),
    ],
    "two writes at once, in either order": [
        created("a", 0, 1),
        replaced("b", 2, 5),
        replaced("c", 2, 5),
        read("b", 6, 7),
    ],
    "an unanswered write that was done": [
        created("a", 0, 1),
        replaced("b", 2),
        read("a", 3, 4),
        read("b", 5, 6),
    ],
    "an unanswered write that was not": [
        created("a", 0, 1),
        replaced("b", 2),
        read("a", 3, 4),
        read("a", 5, 6),
    ],
    "gone after the delete": [
        created("a", 0, 1),
        deleted(2, 3),
        read(None, 4, 5),
        replaced("b", 4, 6, gone=True),
    ],
    "of two deletes at once one finds nothing": [created("a", 0, 1), deleted(2, 4), deleted(2, 4, gone=True)],
    "an unanswered delete that was done": [created("a", 0, 1), deleted(2), read("a", 3, 4), read(None, 5, 6)],
}
IMPOSSIBLE = {
    "a stale read": [created("a", 0, 1), replaced("b", 2, 3), read("a", 4, 5)],
    "a read of what was never written": [created("a", 0, 1), read("b", 2, 3)],
    "a lost update": [created("a", 0, 1), replaced("b", 2, 3), replaced("c", 4, 5), read("b", 6, 7)],
    "seen, and then not": [created("a", 0, 1), replaced("b", 2, 9), read("b", 3, 4), read("a", 5, 6)],
    "back from the dead": [created("a", 0, 1), deleted(2, 3), read("a", 4, 5)],
    "two deletes both found it": [created("a", 0, 1), deleted(2, 4), deleted(2, 4)],
    "gone without a delete": [created("a", 0, 1), read(None, 2, 3)],
    "a write to what is gone": [created("a", 0, 1), deleted(2, 3), replaced("b", 4, 5)],
}


@pytest.mark.parametrize("history", POSSIBLE.values(), ids=POSSIBLE)
def test_a_history_that_an_order_explains(history: list[Event]) -> None:
    assert is_linearizable(history)


@pytest.mark.parametrize("history", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_history_that_no_order_explains(history: list[Event]) -> None:
    assert not is_linearizable(history)


def test_a_long_history_of_writes_at_once() -> None:
    overlapping = [replaced(f"{n}", n, n + 3.5) for n in range(2, 2000)]
    assert is_linearizable([created("a", 0, 1), *overlapping, read("1999", 3000, 3001)])
    assert not is_linearizable([created("a", 0, 1), *overlapping, read("5", 3000, 3001)])
