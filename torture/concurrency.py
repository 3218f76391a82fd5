"""Many clients on the same few items."""

import random
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from harness.wire import Client, NoAnswerError
from torture.experiment import Effort, Result
from torture.history import Event, is_linearizable
from torture.service import tortured

CLIENTS = 32
REQUESTS = 32_000
ITEMS = 6


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

    def fault(self, text: str) -> None:
        with self.lock:
            self.faults.append(text)


def concurrency(name: str, effort: Effort) -> Result:
    """The history of each item is linearizable, none is a mixture of two bodies, and no answer is a 5xx."""
    result, shared = Result(), Shared()
    requests = effort.of(REQUESTS, 1600) // CLIENTS
    with tortured(name) as service, ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda number: one_client(number, service.url, requests, shared), range(CLIENTS)))
    broken = [id_ for id_, events in shared.events.items() if not is_linearizable(events)]
    result.faults += shared.faults
    result.expect(not broken, f"not linearizable: items {', '.join(map(str, broken[:5]))}")
    result.count(sum(map(len, shared.events.values())), "requests")
    result.count(len(shared.events), "items")
    result.count(len(broken), "histories that nothing explains")
    return result


def one_client(number: int, url: str, requests: int, shared: Shared) -> None:
    chance = random.Random(number)
    with Client(url) as client:
        for count in range(requests):
            value = f"{number}-{count}"
            with shared.lock:
                known = list(shared.ids)
            if len(known) < ITEMS:
                create(client, value, shared)
            else:
                act(client, chance.choice(known), chance.random(), value, shared)


def body(value: str) -> dict[str, object]:
    return {"name": value, "description": value, "price": 1}


def create(client: Client, value: str, shared: Shared) -> None:
    began = time.monotonic()
    try:
        reply = client.send("POST", "/items", body(value))
    except NoAnswerError as error:
        shared.fault(str(error))
        return
    if reply.status != 201:
        shared.fault(f"POST /items: {reply.status}")
        return
    id_ = reply.json()["id"]
    shared.note(id_, Event("create", value, began, time.monotonic()))
    with shared.lock:
        shared.ids.append(id_)


def act(client: Client, id_: int, choice: float, value: str, shared: Shared) -> None:
    method = "GET" if choice < 0.5 else "PUT" if choice < 0.95 else "DELETE"
    operation = {"GET": "read", "PUT": "replace", "DELETE": "delete"}[method]
    began = time.monotonic()
    try:
        reply = client.send(method, f"/items/{id_}", body(value) if method == "PUT" else None)
    except NoAnswerError as error:
        shared.note(id_, Event(operation, value, began))
        shared.fault(str(error))
        return
    ended = time.monotonic()
    if reply.status not in (200, 204, 404):
        shared.fault(f"{method} /items/{id_}: {reply.status}")
        return
    gone = reply.status == 404
    if gone or method == "DELETE":
        with shared.lock:
            shared.ids[:] = [known for known in shared.ids if known != id_]
    if method == "DELETE":
        value = ""
    elif not gone:
        item = reply.json()
        value = item["name"]
        if item["description"] != value:
            shared.fault(
                f"{method} /items/{id_}: the name of {value}, the description of {item['description']}"
            )
    shared.note(id_, Event(operation, value or None, began, ended, gone))
