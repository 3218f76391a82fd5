"""Clients that write without a pause, and know what the database must hold."""

import random
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, takewhile
from math import inf

from harness.wire import Client, NoAnswerError

PAUSE = 0.02  # seconds after a request that got no answer
EXPECTED = (200, 201, 204, 404, 503)  # 404 where a DELETE without an answer was done; 503: the contract


class Writer(threading.Thread):
    """Creates, replaces and deletes items of its own, and remembers what each of them may now be."""

    def __init__(self, number: int, url: str, *, reuse: bool, unsure: Collection[int] = ()) -> None:
        super().__init__(daemon=True)
        self.client, self.random = Client(url, reuse=reuse), random.Random(number)
        self.names = (f"{number}-{n}" for n in count(1))  # for items
        # by id: its names, as last answered and since; None is gone
        self.may_be: dict[int, list[str | None]] = {}
        self.unanswered: list[str] = []  # the names of items that may have been created
        self.statuses: Counter[int] = Counter()
        self.answered = 0
        self.unsure = unsure  # statuses after which a write may have been done
        self.slowest = 0.0  # seconds
        self.ends: list[tuple[float, bool]] = []  # of requests: when, and whether with a good answer
        self.silences: list[str] = []
        self.faults: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            there = [id_ for id_, names in self.may_be.items() if names != [None]]
            choice = self.random.random() if there else 0.0
            if choice < 0.6:
                self._create(next(self.names))
            else:
                self._change(self.random.choice(there), next(self.names) if choice < 0.85 else None)

    def _create(self, name: str) -> None:
        answer = self._sent("POST", "/items", name)
        if answer is None:
            self.unanswered.append(name)
        elif answer[0] == 201:
            self.may_be[answer[1]] = [name]

    def _change(self, id_: int, name: str | None) -> None:
        answer = self._sent("DELETE" if name is None else "PUT", f"/items/{id_}", name)
        names = self.may_be[id_]
        if answer is None:
            names.append(name)
        elif answer[0] in (200, 204):
            self.may_be[id_] = [name]
        elif answer[0] == 404:
            if None not in names:
                self.faults.append(f"item {id_} is gone")
            self.may_be[id_] = [None]

    def _sent(self, method: str, target: str, name: str | None) -> tuple[int, int] | None:
        began, good = time.monotonic(), False
        try:
            reply = self.client.send(method, target, {"name": name, "price": 1} if name else None)
            good = reply.status < 500
        except NoAnswerError as error:
            self.silences.append(str(error))
            time.sleep(PAUSE)
            return None
        finally:
            self.ends.append((time.monotonic(), good))
            self.slowest = max(self.slowest, self.ends[-1][0] - began)
        self.statuses[reply.status] += 1
        self.answered += 1
        if reply.status in self.unsure:
            return None
        return reply.status, reply.json()["id"] if reply.status == 201 else 0

    def well_since(self, moment: float, least: int) -> float:
        """The end of the first of the good answers after this moment that no bad one followed; infinite
        while they are fewer than that."""
        good = list(takewhile(lambda end: end[1] and end[0] > moment, reversed(self.ends)))
        return good[-1][0] if len(good) >= least else inf


@dataclass(frozen=True)
class Writers:
    threads: list[Writer]

    @property
    def statuses(self) -> Counter[int]:
        """When they have stopped."""
        return sum((writer.statuses for writer in self.threads), Counter())

    @property
    def answered(self) -> int:
        return sum(writer.answered for writer in self.threads)

    @property
    def silences(self) -> list[str]:
        return [silence for writer in self.threads for silence in writer.silences]

    def answers(self, status: int) -> int:
        return sum(writer.statuses[status] for writer in self.threads)

    def unexpected(self) -> list[str]:
        statuses = self.statuses.items()
        return [f"{times} answers of {status}" for status, times in statuses if status not in EXPECTED]

    def well_since(self, moment: float, least: int) -> float:
        return max(writer.well_since(moment, least) for writer in self.threads)

    def disagreements(self, rows: Mapping[int, str], *, exact: bool) -> list[str]:
        """What is not as it was answered. `exact`: what was not answered must not have been done."""
        faults = [fault for writer in self.threads for fault in writer.faults]
        unanswered = {name for writer in self.threads for name in writer.unanswered}
        known: set[int] = set()
        for writer in self.threads:
            known |= writer.may_be.keys()
            for id_, names in writer.may_be.items():
                allowed = names[:1] if exact else names
                if (name := rows.get(id_)) not in allowed:
                    faults.append(f"item {id_} is {name or 'gone'}, not {' or '.join(map(str, allowed))}")
        for id_, name in rows.items():
            if id_ not in known and (exact or name not in unanswered):
                faults.append(f"item {id_}, {name}, was never answered")
        counts = Counter(rows.values())
        return faults + [f"{name} is there {times} times" for name, times in counts.items() if times > 1]


@contextmanager
def writing(url: str, clients: int, *, reuse: bool = True, unsure: Collection[int] = ()) -> Iterator[Writers]:
    """They stop on the way out, each after its last answer."""
    writers = Writers([Writer(number, url, reuse=reuse, unsure=unsure) for number in range(clients)])
    for writer in writers.threads:
        writer.start()
    try:
        yield writers
    finally:
        for writer in writers.threads:
            writer.stopping.set()
        for writer in writers.threads:
            writer.join()
            writer.client.close()
