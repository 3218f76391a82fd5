"""Is the history of an item linearizable: can its operations be put in an order that explains every answer?

The search is that of Wing and Gong (1993), with Lowe's cache of what was tried (2017): an operation may come
next if none that has ended before it began is still to come.
"""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf

from harness.wire import Client, NoAnswerError
from torture.service import Effort, Result, tortured
from torture.writer import STATUSES

CLIENTS = 32
REQUESTS = 32_000
ITEMS = 6


@dataclass(frozen=True)
class Event:
    """A request, which read or wrote a value: None is an item that is not there.

    One that was answered 404 is a GET that read None, whatever it would have written.
    """

    method: str
    value: str | None
    began: float
    ended: float = inf  # never answered: it may have been done at any time since, or not at all


def after(event: Event, state: str | None) -> tuple[bool, str | None]:
    """Whether the event may happen in this state, and the state that it leaves."""
    if event.method == "GET":
        return state == event.value, state
    if event.method == "POST":
        return state is None, event.value
    if event.ended == inf and state is None:  # it found nothing
        return True, None
    return state is not None, event.value


def is_linearizable(history: Iterable[Event]) -> bool:
    events = sorted(history, key=lambda event: event.began)
    certain = sum(1 for event in events if event.ended < inf)
    stack: list[tuple[frozenset[int], int, str | None, int]] = [(frozenset(), 0, None, 0)]
    tried: set[tuple[frozenset[int], int, str | None]] = set()
    while stack:
        ahead, first, state, placed = stack.pop()
        if placed == certain:
            return True
        for index in candidates(events, ahead, first):
            possible, following = after(events[index], state)
            if not possible:
                continue
            taken, start = ahead | {index}, first
            while start in taken:  # all before `start` are in order: they need not be remembered one by one
                taken, start = taken - {start}, start + 1
            if (taken, start, following) not in tried:
                tried.add((taken, start, following))
                stack.append((taken, start, following, placed + (events[index].ended < inf)))
    return False


def candidates(events: list[Event], ahead: frozenset[int], first: int) -> list[int]:
    """Those that may come next: none that is still to come has ended before they began."""
    indices, earliest = [], inf
    for index in range(first, len(events)):
        if events[index].began > earliest:
            break
        if index not in ahead:
            indices.append(index)
            earliest = min(earliest, events[index].ended)
    return indices


class Shared:
    """The ids that the clients work on, and what they did."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.events: dict[int, list[Event]] = defaultdict(list)
        self.faults: list[str] = []
        self.lock = threading.Lock()

    def note(self, id_: int, event: Event) -> None:
        with self.lock:
            self.events[id_].append(event)
            if event.method == "POST":
                self.ids.append(id_)
            elif event.value is None:
                self.ids = [known for known in self.ids if known != id_]

    def act(self, client: Client, chance: random.Random, value: str) -> None:
        """A random request about one of the items; another item, while there are few."""
        ids = self.ids
        few = len(ids) < ITEMS
        method = "POST" if few else chance.choices(["GET", "PUT", "DELETE"], [50, 45, 5])[0]
        id_ = 0 if few else chance.choice(ids)
        target = f"/items/{id_}" if id_ else "/items"
        body = {"name": value, "description": value, "price": 1} if method in ("POST", "PUT") else None
        began = time.monotonic()
        try:
            answer = client.send(method, target, body)
        except NoAnswerError as error:
            self.faults.append(str(error))
            if method in ("PUT", "DELETE"):
                self.note(id_, Event(method, value if body else None, began))
            return
        ended, name = time.monotonic(), None
        if answer.status not in STATUSES[method]:
            self.faults.append(f"{method} {target}: {answer.status}")
            return
        if answer.status in (200, 201):
            item = answer.json()
            id_, name, description = item["id"], item["name"], item["description"]
            if name != description:
                self.faults.append(f"{method} {target}: the name of {name}, not that of {description}")
        self.note(id_, Event("GET" if answer.status == 404 else method, name, began, ended))


def concurrency(name: str, effort: Effort) -> Result:
    """Many clients on the same few items. The history of each item is linearizable, none is a mixture of two
    bodies, and no answer is a 5xx."""
    result, shared = Result(), Shared()
    requests = effort.of(REQUESTS, 1600) // CLIENTS
    with tortured(name) as service, ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda number: run_client(number, service.url, requests, shared), range(CLIENTS)))
    broken = [id_ for id_, events in shared.events.items() if not is_linearizable(events)]
    result.faults += shared.faults
    result.expect(not broken, f"not linearizable: items {', '.join(map(str, broken[:5]))}")
    result.counts["requests"] = sum(map(len, shared.events.values()))
    result.counts["items"] = len(shared.events)
    result.counts["histories that nothing explains"] = len(broken)
    return result


def run_client(number: int, url: str, requests: int, shared: Shared) -> None:
    chance = random.Random(number)
    with Client(url) as client:
        for count in range(requests):
            shared.act(client, chance, f"{number}-{count}")
