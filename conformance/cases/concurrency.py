"""Requests at the same moment, each on a connection of its own."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any

from conformance.case import Complaint, Level, Subject, case, differs
from harness.wire import Answer, Client

AT_ONCE, CREATED, REPLACED = 8, 200, 50
ROUNDS = 40  # of a race that a service with a fault does not lose every time


def lamp(number: int) -> dict[str, Any]:
    return {"name": f"Lamp {number}", "description": f"{number}", "price": number, "quantity": number}


def send(url: str, method: str, target: str, body: object = None) -> Answer:
    with Client(url, reuse=False) as client:
        return client.send(method, target, body)


def created(url: str, body: object) -> int:
    answer = send(url, "POST", "/items", body)
    if answer.status != 201:
        raise ValueError(f"POST /items: {answer.status}, not 201")
    item_id: int = answer.json()["id"]
    return item_id


def deleted(url: str, ids: Sequence[int]) -> None:
    """As far as it goes: why a DELETE fails is said by other cases."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        pool.map(partial(send, url, "DELETE"), [f"/items/{item_id}" for item_id in ids])


@contextmanager
def items(url: str, body: object, count: int = 1) -> Iterator[list[int]]:
    """The ids of so many new items, which are gone afterwards."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ids = sorted(pool.map(partial(created, url), [body] * count))
    try:
        yield ids
    finally:
        deleted(url, ids)


def at_once(
    pool: ThreadPoolExecutor, url: str, method: str, target: str, bodies: Sequence[object]
) -> list[Answer]:
    barrier = Barrier(len(bodies))

    def call(body: object) -> Answer:
        barrier.wait()
        return send(url, method, target, body)

    return list(pool.map(call, bodies))


@case("items that are created at the same moment", "create-id", "durable-read", level=Level.CONCURRENCY)
def created_at_once(subject: Subject) -> Iterator[Complaint]:
    def created_and_read(number: int) -> tuple[int, Any]:
        item_id = created(subject.url, lamp(number))
        return item_id, send(subject.url, "GET", f"/items/{item_id}").json()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        pairs = list(pool.map(created_and_read, range(CREATED)))
    ids = [item_id for item_id, _ in pairs]
    deleted(subject.url, ids)
    yield from differs(len(set(ids)), CREATED, "different ids")
    expected = [{"id": item_id, **lamp(number)} for number, item_id in enumerate(ids)]
    yield from differs([item for _, item in pairs], expected, "the items")


@case("replacements of one item at the same moment", "replace-whole", "durable-read", level=Level.CONCURRENCY)
def replaced_at_once(subject: Subject) -> Iterator[Complaint]:
    with items(subject.url, lamp(0)) as [item_id], ThreadPoolExecutor(AT_ONCE) as pool:
        put = partial(send, subject.url, "PUT", f"/items/{item_id}")
        answers = [answer.json() for answer in pool.map(put, map(lamp, range(REPLACED)))]
        item = send(subject.url, "GET", f"/items/{item_id}").json()
    yield from differs(answers, [{"id": item_id, **lamp(n)} for n in range(REPLACED)], "the answers")
    if item not in answers:
        yield Complaint(f"the item is {item}, which nobody sent")


@case("two replacements at the same moment leave one of them whole", "replace-whole", level=Level.CONCURRENCY)
def left_whole(subject: Subject) -> Iterator[Complaint]:
    """Each changes what the other leaves as it was: a service that writes only what changes mixes them."""
    before = {"name": "Before", "description": "before", "price": 1, "quantity": 1}
    bodies = [{**before, "name": "After", "price": 2}, {**before, "description": None, "quantity": 2}]
    with items(subject.url, before) as [item_id], ThreadPoolExecutor(len(bodies)) as pool:
        path = f"/items/{item_id}"
        for _ in range(ROUNDS):
            send(subject.url, "PUT", path, before)
            at_once(pool, subject.url, "PUT", path, bodies)
            item = send(subject.url, "GET", path).json()
            if item not in [{"id": item_id, **body} for body in bodies]:
                yield Complaint(f"the item is {item}, a mixture")
                return


@case("of deletions at the same moment exactly one succeeds", "delete-once", level=Level.CONCURRENCY)
def deleted_once(subject: Subject) -> Iterator[Complaint]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(ROUNDS):
            path = f"/items/{created(subject.url, lamp(1))}"
            answers = at_once(pool, subject.url, "DELETE", path, [None] * AT_ONCE)
            statuses = sorted(answer.status for answer in answers)
            if statuses != [204, *[404] * (AT_ONCE - 1)]:
                yield Complaint(f"the statuses are {statuses}")
                return


@case("a list of more than 2,000 items", "list-default", "list-last", "list-limit", level=Level.CONCURRENCY)
def long_list(subject: Subject) -> Iterator[Complaint]:
    with items(subject.url, lamp(1), 2002) as [first, *ids]:
        page = send(subject.url, "GET", f"/items?after={first}").json()
        yield from differs([item["id"] for item in page], ids[:2000], "the ids of the first page")
        last_page = send(subject.url, "GET", f"/items?after={ids[1999]}").json()
        yield from differs([item["id"] for item in last_page], ids[2000:], "the ids of the last page")
