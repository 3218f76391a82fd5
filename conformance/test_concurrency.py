"""Requests at the same moment, each on a connection of its own."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from harness.wire import Answer, Request, exchange

AT_ONCE, CREATED, REPLACED = 8, 200, 50


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(AT_ONCE) as executor:
        yield executor


def written(number: int) -> dict[str, Any]:
    return {"name": f"Lamp {number}", "description": f"{number}", "price": number, "quantity": number}


def send(url: str, method: str, target: str, number: int) -> Answer:
    body = json.dumps(written(number)).encode()
    answer = exchange(url, Request(method, target, ("Content-Type: application/json",), body, "length"))
    assert answer is not None
    assert answer.status == (201 if method == "POST" else 200), answer
    return answer


def read(url: str, item_id: int) -> Any:
    answer = exchange(url, Request("GET", f"/items/{item_id}"))
    assert answer is not None
    return answer.json()


@pytest.mark.case("items that are created at the same moment")
def test_items_that_are_created_at_the_same_moment(url: str, pool: ThreadPoolExecutor) -> None:
    def created_and_read(number: int) -> tuple[int, Any]:
        item_id = send(url, "POST", "/items", number).json()["id"]
        return item_id, read(url, item_id)

    found = list(pool.map(created_and_read, range(CREATED)))
    for item_id, _ in found:
        exchange(url, Request("DELETE", f"/items/{item_id}"))
    assert [item for _, item in found] == [{"id": found[n][0], **written(n)} for n in range(CREATED)]
    assert len({item_id for item_id, _ in found}) == CREATED


@pytest.mark.case("replacements of one item at the same moment")
def test_replacements_of_one_item_at_the_same_moment(url: str, pool: ThreadPoolExecutor) -> None:
    item_id = send(url, "POST", "/items", 0).json()["id"]
    answers = list(pool.map(lambda number: send(url, "PUT", f"/items/{item_id}", number), range(REPLACED)))
    item = read(url, item_id)
    exchange(url, Request("DELETE", f"/items/{item_id}"))
    assert [answer.json() for answer in answers] == [{"id": item_id, **written(n)} for n in range(REPLACED)]
    assert item in [answer.json() for answer in answers]
