"""Clients that create items without a pause, each on a connection that it keeps, until nobody answers."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from threading import Event

import httpx

from harness.tests.fakes import until

CLIENTS = 8
STEADY = 30  # answers of 201 to each client, one after another, after which what was away is back
DEADLINE = 60.0  # seconds for it to come back
LAMP = {"name": "Lamp", "price": 19.9}


@dataclass
class Load:
    url: str
    answers: list[list[int]] = field(default_factory=lambda: [[] for _ in range(CLIENTS)])  # of each client
    acknowledged: set[int] = field(default_factory=set)  # ids
    ended: Event = field(default_factory=Event)

    def create(self, statuses: list[int]) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as client:
            while not self.ended.is_set():
                try:
                    answer = client.post("/items", json=LAMP)
                except httpx.TransportError:
                    statuses.append(0)
                    return
                statuses.append(answer.status_code)
                if answer.status_code == 201:
                    self.acknowledged.add(answer.json()["id"])

    def statuses(self) -> Counter[int]:
        """So far; 0 where there was no answer."""
        return Counter(chain.from_iterable(self.answers))

    def until_steady(self) -> None:
        before = list(map(len, self.answers))

        def steady() -> bool:
            clients = zip(self.answers, before, strict=True)
            return all(len(a) >= n + STEADY and set(a[-STEADY:]) == {201} for a, n in clients)

        until(steady, "every write succeeds", DEADLINE)

    def while_away(self, disturb: Callable[[], object]) -> Counter[int]:
        """What is answered until it is back. From then on every write succeeds."""
        before = self.statuses()
        disturb()
        self.until_steady()
        away = self.statuses()
        self.until_steady()
        assert set(self.statuses() - away) == {201}
        return away - before


@contextmanager
def loading(url: str) -> Iterator[Load]:
    load = Load(url)
    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(load.create, statuses) for statuses in load.answers]
        try:
            load.until_steady()
            yield load
        finally:
            load.ended.set()
        for client in clients:
            client.result()


def ids(url: str) -> Iterator[int]:
    """Page by page."""
    last = 0
    while page := httpx.get(f"{url}/items", params={"after": last} if last else {}).json():
        yield from (item["id"] for item in page)
        last = page[-1]["id"]
