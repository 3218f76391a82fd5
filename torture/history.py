"""Is the history of one item linearizable: can its operations be put in an order that explains every answer?

The search is that of Wing and Gong (1993), with Lowe's cache of what was tried (2017): an operation may come
next if none that has ended before it began is still to come.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class Event:
    """`value` is what a write wrote or a read found; of an answer 404, None."""

    operation: str  # create, replace, delete or read
    value: str | None
    began: float
    ended: float = inf  # never answered: it may have been done at any time since, or not at all
    gone: bool = False  # the answer was 404


ABSENT = None


def after(event: Event, state: str | None) -> tuple[bool, str | None]:
    """Whether the event may happen in this state, and the state that it leaves."""
    if event.operation == "read":
        return (state is ABSENT if event.gone else state == event.value), state
    if event.operation == "create":
        return state is ABSENT, event.value
    if event.gone or (event.ended == inf and state is ABSENT):
        return state is ABSENT, ABSENT
    return state is not ABSENT, event.value if event.operation == "replace" else ABSENT


def is_linearizable(history: Iterable[Event]) -> bool:
    events = sorted(history, key=lambda event: event.began)
    certain = sum(1 for event in events if event.ended < inf)
    stack: list[tuple[frozenset[int], int, str | None, int]] = [(frozenset(), 0, ABSENT, 0)]
    tried: set[tuple[frozenset[int], int, str | None]] = set()
    while stack:
        ahead, first, state, done = stack.pop()
        if done == certain:
            return True
        for index in candidates(events, ahead, first):
            possible, then = after(events[index], state)
            if not possible:
                continue
            taken, start = ahead | {index}, first
            while start in taken:  # all before `start` are in order: they need not be remembered one by one
                taken, start = taken - {start}, start + 1
            if (taken, start, then) not in tried:
                tried.add((taken, start, then))
                stack.append((taken, start, then, done + (events[index].ended < inf)))
    return False


def candidates(events: list[Event], ahead: frozenset[int], first: int) -> list[int]:
    """Those that no other, still to come, has ended before."""
    found, earliest = [], inf
    for index in range(first, len(events)):
        if events[index].began > earliest:
            break
        if index not in ahead:
            found.append(index)
            earliest = min(earliest, events[index].ended)
    return found
