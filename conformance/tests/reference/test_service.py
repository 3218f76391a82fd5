"""What else the reference permits. (What it answers, all cases are held against: mutants/test_main.py.)

Of what has one right answer a row of each kind is here: the cases have the others.
"""

import json

import pytest

from conformance.reference.service import REDIRECTS, Reference
from harness.wire import Request

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


def test_a_fault_of_its_own_is_a_problem(reference: Reference) -> None:
    reference.items = {5: {"id": object()}}
    assert reference.answer(request("GET /items/5")).status == 500


@pytest.mark.parametrize(
    ("asked", "statuses"),
    [
        (request("PATCH /nope"), [404]),
        (request("GET /items/{item_id}"), [404]),
        (request("OPTIONS /items"), [405, 200, 204]),
        (request("GET /items/05"), [200, 404]),
        (request("GET /items/06"), [404]),
        (request("PATCH /items/abc"), [404, 405]),
        (request("GET /items/9007199254740992"), [404]),
        (request("GET /items/%D9%A5"), [200, 404]),
        (request("GET /items/"), [200, 404, *REDIRECTS]),
        (request("GET //items"), [200, 404, *REDIRECTS]),
        (request("GET /hello%0A"), [200, 404, *REDIRECTS]),
        (request("GET /items?limit=0&after=x"), [422]),
        (request("GET /items?limit=05"), [200, 422]),
        (request("GET /items?limit=1e0"), [422]),
        (request("GET /items?limit=1&limit=2"), [200, 422]),
        (request("GET /items?limit=1&limit=x"), [422, 200]),
        (request("GET /items?Limit=x"), [200]),
        (request("POST /items?limit=x", BODY), [201]),
        (Request("GET", "/hello", ("Accept: text/html",)), [200, 406]),
        (request("POST /items", BODY, ("Content-Type: application/json; charset=UTF-8",)), [201]),
        (request("POST /items", BODY, ("Content-Type: application/json; v=1",)), [201, 415]),
        (request("POST /items", BODY, ("Content-Type: application/merge-patch+json",)), [201, 415]),
        (request("POST /items", BODY, ()), [415]),
        (request("POST /items", "{}", ("Content-Type: text/plain",)), [415, 422]),
        (request("POST /items"), [400, 415, 422]),
        (request("POST /echo", ""), [400, 415, 422]),
        (request("POST /echo", '"' + "x" * 2**20 + '"'), [413, 422]),
        (request("POST /echo", "[1]", framing="announced"), [413]),
        (request("POST /echo", "[1", framing="short"), [400]),
        (request("POST /echo", "\ufeff[]"), [400, 200]),
        (request("POST /echo", "[" * 100 + "]" * 100), [200]),
        (request("POST /echo", "[" * 101 + "]" * 101), [400, 200]),
        (request("POST /echo", "[" * 10**5 + "]" * 10**5), [400, 200, 422]),
        (request("POST /echo", f"[-{4300 * '9'}]"), [400, 200]),
        (request("POST /echo", f'["{4301 * "9"}"]'), [200]),
        (request("POST /items", f'{{"name": "x", "price": 1, "quantity": -{4301 * "9"}}}'), [400, 422]),
        (request("POST /echo", '{"a": "\\ud800", "a": 1}'), [400]),
        (request("POST /echo", '{"a": 1, "b": {"c": 1, "c": 2}, "a": 3}'), [200, 400, 422]),
        (request("POST /echo", "[1e400]"), [400, 200]),
        (request("POST /items", '{"name": "x", "price": 1, "quantity": 1e400}'), [422, 400]),
        (request("POST /echo", f"[1{400 * '0'}]"), [400, 200]),
        (request("POST /echo", '{"a": 1, "a": 2}'), [200, 400, 422]),
        (request("POST /items", '{"name": "x", "price": 1e400}'), [422, 400]),
        (request("POST /items", '{"name": "x", "price": 1, "quantity": 3.0}'), [201, 422]),
        (request("POST /items", '{"name": "x", "price": 1, "quantity": 3.5}'), [422]),
        (request("POST /items", '{"name": "x", "price": 1, "price": "x"}'), [422, 201, 400]),
        (request("POST /items", '{"name": "x", "price": "x", "price": "x"}'), [422, 400]),
        (request("PUT /items/6", "{}"), [422, 404]),
        (request("PUT /items/6", "{"), [400, 404]),
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
