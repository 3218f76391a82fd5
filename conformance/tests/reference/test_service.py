"""What the reference answers, and what else it permits."""

import json
from typing import Any

import pytest

from conformance.reference.service import REDIRECTS, Reference
from harness.wire import Answer, Request

LAMP = {"id": 5, "name": "Lamp", "description": None, "price": 19.9, "quantity": 0}
TYPED = ("Content-Type: application/json",)
BODY = '{"name": "Bulb", "price": 1}'


@pytest.fixture
def reference() -> Reference:
    return Reference([LAMP])


def request(
    line: str, body: object = None, headers: tuple[str, ...] = TYPED, framing: str = "length"
) -> Request:
    method, target = line.split(" ")
    if body is None:
        return Request(method, target)
    text = body if isinstance(body, str) else json.dumps(body)
    return Request(method, target, headers, text.encode(), framing)


def value(answer: Answer) -> Any:
    return json.loads(answer.body)


def test_an_item_lives(reference: Reference) -> None:
    created = reference.answer(request("POST /items", '{"name": "Bulb", "price": 1, "quantity": 3e0}'))
    item = {"id": 6, "name": "Bulb", "description": None, "price": 1, "quantity": 3}
    assert (created.status, value(created), created.header("Location")) == (201, item, "/items/6")
    assert created.header("Cache-Control") == "no-store"
    assert value(reference.answer(request("GET /items"))) == [LAMP, item]
    replaced = reference.answer(request("PUT /items/6", '{"name": "Bulb", "price": 2}'))
    assert value(replaced) == {**item, "price": 2, "quantity": 0}
    assert value(reference.answer(request("GET /items/6"))) == value(replaced)
    assert reference.answer(request("DELETE /items/6")).status == 204
    assert reference.answer(request("DELETE /items/6")).status == 404
    assert value(reference.answer(request("POST /items", BODY)))["id"] == 7


def test_a_page_has_its_limit() -> None:
    reference = Reference([{**LAMP, "id": number} for number in range(1, 2003)])
    assert len(value(reference.answer(request("GET /items")))) == 2000
    assert [item["id"] for item in value(reference.answer(request("GET /items?after=5&limit=2")))] == [6, 7]


def test_head_is_get_without_a_body(reference: Reference) -> None:
    get, head = (reference.answer(request(f"{method} /items/5")) for method in ("GET", "HEAD"))
    assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


def test_every_invalid_place_is_named(reference: Reference) -> None:
    answer = reference.answer(request("POST /items", '{"price": -1, "quantity": "x", "a/b~c": 1, "": 2}'))
    pointers = {error["pointer"] for error in value(answer)["errors"]}
    assert pointers == {"/name", "/price", "/quantity", "/a~1b~0c", "/"}


def test_no_value_is_echoed(reference: Reference) -> None:
    for asked in [
        request("POST /items", '{"name": ["secret"], "description": {"x": "secret"}, "price": "secret"}'),
        request("POST /items", '"secret"'),
        request("POST /echo", '"secret"'),
        request("GET /items?limit=secret"),
        request("GET /items/secret"),
    ]:
        assert b"secret" not in reference.answer(asked).body


def test_a_fault_of_its_own_is_a_problem(reference: Reference) -> None:
    reference.items = {5: {"id": object()}}
    assert value(reference.answer(request("GET /items/5")))["status"] == 500


@pytest.mark.parametrize(
    ("asked", "statuses"),
    [
        (request("GET /hello"), [200]),
        (request("GET /nope"), [404]),
        (request("PATCH /nope"), [404]),
        (request("GET /items/{item_id}"), [404]),
        (request("PATCH /items/5"), [405]),
        (request("OPTIONS /items"), [405, 200, 204]),
        (request("GET /items/6"), [404]),
        (request("GET /items/05"), [200, 404]),
        (request("GET /items/06"), [404]),
        (request("PATCH /items/abc"), [404, 405]),
        (request("GET /items/9007199254740992"), [404]),
        (request("GET /items/%D9%A5"), [200, 404]),
        (request("GET /items/"), [200, 404, *REDIRECTS]),
        (request("GET //items"), [200, 404, *REDIRECTS]),
        (request("GET /hello%0A"), [200, 404, *REDIRECTS]),
        (request("GET /items?limit=0&after=x"), [422]),
        (request("GET /items?limit=2001"), [422]),
        (request("GET /items?limit=05"), [200, 422]),
        (request("GET /items?limit=1e0"), [422]),
        (request("GET /items?limit=1&limit=2"), [200, 422]),
        (request("GET /items?limit=1&limit=x"), [422, 200]),
        (request("GET /items?Limit=x"), [200]),
        (request("POST /items?limit=x", BODY), [201]),
        (Request("GET", "/hello", ("Accept: text/html",)), [200, 406]),
        (request("POST /items", BODY), [201]),
        (request("POST /items", BODY, ("Content-Type: application/json; charset=UTF-8",)), [201]),
        (request("POST /items", BODY, ("Content-Type: application/json; v=1",)), [201, 415]),
        (request("POST /items", BODY, ("Content-Type: application/merge-patch+json",)), [201, 415]),
        (request("POST /items", BODY, ("Content-Type: text/plain",)), [415]),
        (request("POST /items", BODY, ()), [415]),
        (request("POST /items", "{}", ("Content-Type: text/plain",)), [415, 422]),
        (request("POST /items"), [400, 415, 422]),
        (request("POST /echo", ""), [400, 415, 422]),
        (request("POST /echo", '"' + "x" * 2**20 + '"'), [413, 422]),
        (request("POST /echo", "[1]", framing="announced"), [413]),
        (request("POST /echo", "[1", framing="short"), [400]),
        (request("POST /echo", "{"), [400]),
        (request("POST /echo", "5"), [422]),
        (request("POST /echo", "[1e400]"), [400, 200]),
        (request("POST /echo", f"[1{400 * '0'}]"), [400, 200]),
        (request("POST /echo", '{"a": 1, "a": 2}'), [200, 400, 422]),
        (request("POST /items", '{"name": "x", "price": 1e400}'), [422]),
        (request("POST /items", '{"name": "x", "price": 1, "quantity": 3.0}'), [201, 422]),
        (request("POST /items", '{"name": "x", "price": 1, "quantity": 3.5}'), [422]),
        (request("POST /items", '{"name": "x", "price": 1, "price": "x"}'), [422, 201, 400]),
        (request("POST /items", '{"name": "x", "price": "x", "price": "x"}'), [422, 400]),
        (request("PUT /items/6", BODY), [404]),
        (request("PUT /items/6", "{}"), [422, 404]),
        (request("PUT /items/6", "{"), [400, 404]),
        (request("DELETE /items/5"), [204]),
    ],
    ids=lambda value: (
        f"{value.method} {value.target} {value.body[:30]!r}" if isinstance(value, Request) else ""
    ),
)
def test_the_first_status_is_its_own_and_all_are_permitted(
    reference: Reference, asked: Request, statuses: list[int]
) -> None:
    assert list(reference.read(asked).statuses) == statuses
    assert reference.answer(asked).status == statuses[0]
