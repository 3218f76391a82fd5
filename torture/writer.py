"""Clients that write without a pause, and know what the database must hold."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, takewhile
from math import inf

from harness.wire import Answer, Client, NoAnswerError
from torture.service import Result, until

CLIENTS = 10
PAUSE = 0.02  # seconds after a request that got no answer
STATUSES = {"POST": {201}, "GET": {200, 404}, "PUT": {200, 404}, "DELETE": {204, 404}}
UNAVAILABLE = 503  # may be answered to a write, too, says the contract


class Writer(threading.Thread):
    """Creates, replaces and deletes items of its own, and remembers what each of them may now be."""

    def __init__(self, number: int, url: str, *, reuse: bool = True, unsure: bool = False) -> None:
        super().__init__(daemon=True)
        self.client, self.random = Client(url, reuse=reuse), random.Random(number)
        self.names = (f"{number}-{n}" for n in count(1))  # for items
        # by id: its names, as last answered and since; None is gone
        self.may_be: dict[int, list[str | None]] = {}
        self.unanswered: list[str] = []  # the names of items that may have been created
        self.answered = self.refused = 0  # refused: by 503
        self.unsure = unsure  # whether a write that was answered 503 may have been done
        self.slowest = 0.0  # seconds
        self.ends: list[tuple[float, bool]] = []  # of requests: when, and whether with a good answer
        self.silences: list[str] = []
        self.faults: Counter[str] = Counter()
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            existing = [id_ for id_, names in self.may_be.items() if names != [None]]
            choice = self.random.random() if existing else 0.0
            if choice < 0.6:
                self._create(next(self.names))
            else:
                self._change(self.random.choice(existing), next(self.names) if choice < 0.85 else None)

    def _create(self, name: str) -> None:
        answer = self._sent("POST", "/items", name)
        if answer is None:
            self.unanswered.append(name)
        elif answer.status == 201:
            try:
                self.may_be[answer.json()["id"]] = [name]
            except (ValueError, KeyError, TypeError):
                self.faults["POST was answered 201 without an item"] += 1
                self.unanswered.append(name)

    def _change(self, id_: int, name: str | None) -> None:
        method, names = "DELETE" if name is None else "PUT", self.may_be[id_]
        answer = self._sent(method, f"/items/{id_}", name)
        if answer is None:
            names.append(name)
        elif answer.status in (200, 204):
            self.may_be[id_] = [name]
        elif answer.status == 404 and None in names:  # of a DELETE that was done and not answered
            self.may_be[id_] = [None]
        elif answer.status == 404:
            self.faults[f"{method} was answered 404 where there is an item"] += 1

    def _sent(self, method: str, target: str, name: str | None) -> Answer | None:
        began, good = time.monotonic(), False
        try:
            answer = self.client.send(method, target, {"name": name, "price": 1} if name else None)
            good = answer.status < 500
        except NoAnswerError as error:
            self.silences.append(str(error))
            time.sleep(PAUSE)
            return None
        finally:
            self.ends.append((time.monotonic(), good))
            self.slowest = max(self.slowest, self.ends[-1][0] - began)
        self.answered += 1
        self.refused += answer.status == UNAVAILABLE
        if answer.status not in STATUSES[method] | {UNAVAILABLE}:
            self.faults[f"{method} was answered {answer.status}"] += 1
        return None if self.unsure and answer.status == UNAVAILABLE else answer

    def well_since(self, moment: float, least: int) -> float:
        """The end of the first of the good answers after this moment that no bad one followed; infinite
        while they are fewer than that."""
        good = list(takewhile(lambda end: end[1] and end[0] > moment, reversed(self.ends)))
        return good[-1][0] if len(good) >= least else inf


@dataclass(frozen=True)
class Writers:
    threads: list[Writer]

    @property
    def answered(self) -> int:
        return sum(writer.answered for writer in self.threads)

    @property
    def refused(self) -> int:
        return sum(writer.refused for writer in self.threads)

    @property
    def silences(self) -> list[str]:
        return [silence for writer in self.threads for silence in writer.silences]

    def at_work(self, writes: int) -> None:
        """Until so many more are answered."""
        least = self.answered + writes
        until(lambda: self.answered >= least, "the writers are at work")

    def well_since(self, moment: float, least: int) -> float:
        return max(writer.well_since(moment, least) for writer in self.threads)

    def judge(self, rows: Mapping[int, str], result: Result, *, exact: bool = False) -> None:
        """When they have stopped, by their own answers and by what the database holds."""
        disagreements = self.disagreements(rows, exact=exact)
        faults = sum((writer.faults for writer in self.threads), Counter[str]())
        result.faults += [*disagreements, *(f"{fault}, {times} times" for fault, times in faults.items())]
        result.counts["writes answered"] += self.answered
        result.counts["lost or twice"] += len(disagreements)

    def disagreements(self, rows: Mapping[int, str], *, exact: bool) -> list[str]:
        """What is not as it was answered. `exact`: what was not answered must not have been done."""
        faults = list[str]()
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
def writing(url: str, *, reuse: bool = True, unsure: bool = False) -> Iterator[Writers]:
    """They stop on the way out, each after its last answer."""
    writers = Writers([Writer(number, url, reuse=reuse, unsure=unsure) for number in range(CLIENTS)])
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
