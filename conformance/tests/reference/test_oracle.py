"""The oracle sees each kind of wrong answer, and finds nothing in right ones."""

import json

import pytest

from conformance.answers import every_answer
from conformance.reference.oracle import Oracle, stored
from conformance.reference.server import serving
from conformance.reference.service import Reference
from conformance.tests.reference.test_service import LAMP, request
from harness.wire import Answer, Request

BODY = {"name": "Bulb", "price": 1}
STORED = {"id": 9, "name": "Bulb", "description": None, "price": 1, "quantity": 0}
GONE = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No item has this id."}
NO_STORE = {"cache-control": "no-store"}


def answer(status: int, body: object, **headers: str) -> Answer:
    media_type = "application/json" if status < 400 else "application/problem+json"
    named = {"content-type": media_type, "cache-control": "no-store", **headers}
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, tuple((name.replace("_", "-"), value) for name, value in named.items()), text)


def invalid(*pointers: str) -> Answer:
    errors = [{"location": "body", "pointer": pointer, "detail": "Wrong."} for pointer in pointers]
    problem = {"type": "about:blank", "title": "Unprocessable Content", "status": 422, "detail": "Wrong."}
    return answer(422, {**problem, "errors": errors})


DEEP = "[" * 10**5 + "]" * 10**5  # levels that Python does not read
RIGHT = [
    (request("GET /items/5"), answer(200, LAMP)),
    (request("GET /items/05"), answer(200, LAMP)),
    (request("GET /items/05"), answer(404, GONE)),
    (request("GET /items/6"), answer(404, {**GONE, "title": "Nothing here"})),
    (request("GET /items?limit=1"), answer(200, [LAMP])),
    (request("GET /items?limit=1&after=5&after=1"), answer(200, [LAMP])),
    (request("GET /items/"), Answer(307, (("location", "/items"),), b"")),
    (request("GET /docs"), Answer(200, (("content-type", "text/html"),), b"<html>")),
    (request("POST /echo", [1, {"a": 2.5}]), answer(200, [1, {"a": 2.5}])),
    (request("POST /echo", "[1e400]"), answer(200, [None])),
    (request("POST /echo", DEEP), answer(200, DEEP.encode())),
    (request("POST /items", BODY), answer(201, STORED, location="http://127.0.0.1/items/9")),
    (request("POST /items", {"price": -1, "x": 1}), invalid("/x", "/price", "/name")),
    (request("POST /items", '{"price": -1, "quantity": 3.0}'), invalid("/name", "/price", "/quantity")),
    (request("POST /items", '{"price": -1, "quantity": 3.0}'), invalid("/name", "/price")),
    (
        request("POST /items", '{"name": "a", "name": "Bulb", "price": 1}'),
        answer(201, STORED, location="/items/9"),
    ),
    (request("PUT /items/5", BODY), answer(200, {**STORED, "id": 5})),
    (request("OPTIONS /items"), Answer(204, (("allow", "GET, HEAD, POST, OPTIONS"), *NO_STORE.items()), b"")),
    (request("DELETE /items/5"), Answer(204, tuple(NO_STORE.items()), b"")),
]

WRONG = [
    ("get-stored", request("GET /items/5"), answer(200, {**LAMP, "quantity": 1})),
    ("list-order", request("GET /items"), answer(200, [])),
    ("item-unknown", request("GET /items/6"), answer(200, {**LAMP, "id": 6})),
    ("declared", request("DELETE /items/5"), answer(404, GONE)),
    ("error-never-5xx", request("GET /docs"), answer(500, {**GONE, "status": 500})),
    ("error-never-5xx", request("GET /items/5"), answer(520, {**GONE, "status": 520})),
    ("echo-unchanged", request("POST /echo", [1]), answer(200, [True])),
    ("create-stored", request("POST /items", BODY), answer(201, {**STORED, "price": 2}, location="/items/9")),
    ("replace-members", request("PUT /items/5", BODY), answer(200, LAMP)),
    ("create-location", request("POST /items", BODY), answer(201, STORED, location="/items/5")),
    ("create-no-reuse", request("POST /items", BODY), answer(201, {**STORED, "id": 5}, location="/items/5")),
    ("errors-places", request("POST /items", {"price": 1}), invalid("/price")),
    ("errors-places", request("POST /items", {"price": 1}), invalid("/name", "/name")),
    ("errors-places", request("POST /items", {"price": 1, "x": 1}), invalid("/name", "")),
    ("method-allow", request("PATCH /items"), answer(405, {**GONE, "status": 405}, allow="GET")),
    # of every answer
    ("declared", request("GET /items/5"), answer(200, b"{")),
    ("declared", request("GET /items/5"), answer(200, b'{"price": NaN}')),
    ("declared", request("GET /items/5"), answer(200, {**LAMP, "price": "1"})),
    ("declared", request("GET /nope"), answer(404, {**GONE, "extra": 1})),
    ("method-head", request("HEAD /hello"), Answer(200, (), b"", stray=b"{}")),
    ("connection", request("GET /hello"), Answer(200, (), b'{"message": "Hello, World!"}', stray=b"x")),
    ("no-store", request("GET /items/5"), answer(200, LAMP, cache_control="max-age=1")),
    ("no-store", request("PUT /hello"), answer(405, {**GONE, "status": 405}, cache_control="")),
    ("error-problem", request("GET /items/6"), answer(404, GONE, content_type="application/json")),
    ("error-members", request("GET /items/6"), answer(404, {**GONE, "status": 400})),
    ("error-members", request("GET /items/6"), answer(404, b"Not Found")),
    ("error-no-echo", request("GET /items/6"), answer(404, {**GONE, "detail": "Zq7echo is no item."})),
    ("error-no-inside", request("GET /items/6"), answer(404, {**GONE, "detail": "sqlite3.OperationalError"})),
]
UNMET = [
    ("error-title", request("GET /items/6"), answer(404, {**GONE, "title": "No such item"})),
    ("delete-bare", request("DELETE /items/5"), answer(204, b"")),
]


@pytest.mark.parametrize(("asked", "given"), RIGHT, ids=lambda value: getattr(value, "target", ""))
def test_a_right_answer_is_left_alone(asked: Request, given: Answer) -> None:
    assert list(Oracle([LAMP]).complaints(asked, given)) == []


@pytest.mark.parametrize(("rule", "asked", "given"), WRONG)
def test_a_wrong_answer_is_seen(rule: str, asked: Request, given: Answer) -> None:
    complaints = list(Oracle([LAMP]).complaints(asked, given))
    assert any(rule in complaint.rules for complaint in complaints)


@pytest.mark.parametrize(("rule", "asked", "given"), UNMET)
def test_what_should_be_otherwise_is_left_to_the_cases(rule: str, asked: Request, given: Answer) -> None:
    assert [complaint.rules for complaint in every_answer(asked, given)] == [(rule,)]
    assert list(Oracle([LAMP]).complaints(asked, given)) == []


def test_an_id_is_used_although_its_item_is_gone() -> None:
    oracle = Oracle([LAMP])
    assert list(oracle.complaints(*RIGHT[-1])) == []
    again = answer(201, {**STORED, "id": 5}, location="/items/5")
    complaints = oracle.complaints(request("POST /items", BODY), again)
    assert [complaint.rules for complaint in complaints] == [("create-no-reuse",)]


def test_every_page_of_a_service_is_read_and_one_that_lists_nothing_is_told() -> None:
    items = [{**LAMP, "id": number} for number in range(1, 4002)]
    reference = Reference(items)
    with serving(reference) as url:
        assert stored(url) == items
        reference.page = lambda *_: {}  # type: ignore[method-assign,assignment]
        with pytest.raises(ValueError, match="does not list its items"):
            stored(url)
