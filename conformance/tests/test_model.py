"""The model sees each kind of wrong answer, and finds nothing in right ones."""

import json
from typing import Any

import pytest

from conformance.model import KINDS, Model
from conformance.prediction import expected, template
from harness.wire import Answer, Request

LAMP = {"id": 5, "name": "Lamp", "description": None, "price": 19.9, "quantity": 0}
BODY = {"name": "Bulb", "price": 1}
STORED = {"id": 6, "name": "Bulb", "description": None, "price": 1, "quantity": 0}
NOT_FOUND = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No item has this id."}


def request(line: str, body: Any = None, content_type: str = "application/json") -> Request:
    method, target = line.split(" ")
    headers = () if body is None else (f"Content-Type: {content_type}",)
    return Request(method, target, headers, b"" if body is None else json.dumps(body).encode())


def answer(status: int, body: Any, **headers: str) -> Answer:
    media_type = "application/json" if status < 400 else "application/problem+json"
    named = {"content-type": media_type, **headers}
    return Answer(status, tuple(named.items()), json.dumps(body).encode())


def invalid(*pointers: str) -> Answer:
    errors = [{"location": "body", "pointer": pointer, "detail": "Wrong."} for pointer in pointers]
    problem = {"type": "about:blank", "title": "Unprocessable Content", "status": 422, "detail": "Wrong."}
    return answer(422, {**problem, "errors": errors})


RIGHT = [
    (request("GET /items/5"), answer(200, LAMP)),
    (request("GET /items?limit=1"), answer(200, [LAMP])),
    (request("GET /items/?after=5"), answer(200, [])),
    (request("GET /items/6"), answer(404, NOT_FOUND)),
    (request("POST /echo", [1, {"a": 2.5}]), answer(200, [1, {"a": 2.5}])),
    (request("POST /items", BODY), answer(201, STORED, location="/items/6")),
    (request("POST /items", {"price": -1, "x": 1}), invalid("/name", "/price", "")),
    (request("PUT /items/5", BODY), answer(200, {**STORED, "id": 5})),
    (request("DELETE /items/5"), Answer(204, (), b"")),
]

WRONG = [
    ("item_read_as_stored", request("GET /items/5"), answer(200, {**LAMP, "quantity": 1})),
    ("list_of_all_items", request("GET /items"), answer(200, [])),
    ("status_by_the_contract", request("GET /items/6"), answer(200, {**LAMP, "id": 6})),
    ("status_by_the_contract", request("DELETE /items/5"), answer(404, NOT_FOUND)),
    ("echo_unaltered", request("POST /echo", [1]), answer(200, [True])),
    (
        "item_stored_as_sent",
        request("POST /items", BODY),
        answer(201, {**STORED, "price": 2}, location="/items/6"),
    ),
    ("item_stored_as_sent", request("PUT /items/5", BODY), answer(200, LAMP)),
    ("location_of_the_item", request("POST /items", BODY), answer(201, STORED, location="/items/5")),
    (
        "id_never_used_before",
        request("POST /items", BODY),
        answer(201, {**STORED, "id": 5}, location="/items/5"),
    ),
    ("invalid_places_named", request("POST /items", {"price": 1}), invalid("/price")),
    ("every_answer_as_declared", request("GET /items/6"), answer(404, {**NOT_FOUND, "title": "not found"})),
    (
        "every_answer_as_declared",
        request("GET /items/5"),
        Answer(200, (("content-type", "application/json"),), b"{"),
    ),
]


@pytest.mark.parametrize(("asked", "given"), RIGHT, ids=lambda value: getattr(value, "target", ""))
def test_a_right_answer_is_left_alone(asked: Request, given: Answer) -> None:
    assert list(Model([LAMP]).complaints(asked, given)) == []


@pytest.mark.parametrize(("kind", "asked", "given"), WRONG)
def test_a_wrong_answer_is_seen(kind: str, asked: Request, given: Answer) -> None:
    assert kind in [found for found, _ in Model([LAMP]).complaints(asked, given)]


def test_every_kind_has_a_wrong_answer() -> None:
    assert {kind for kind, _, _ in WRONG} == set(KINDS)


def test_an_id_is_used_although_its_item_is_gone() -> None:
    model = Model([LAMP])
    assert list(model.complaints(*RIGHT[-1])) == []
    again = answer(201, {**STORED, "id": 5}, location="/items/5")
    assert [kind for kind, _ in model.complaints(request("POST /items", BODY), again)] == [
        "id_never_used_before"
    ]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (request("GET /items/05"), 404),
        (request("GET /items/9007199254740992"), 404),
        (request("GET /items/{item_id}"), 404),
        (request("PATCH /nope"), 404),
        (request("PATCH /items/1"), 405),
        (request("OPTIONS /items/"), 405),
        (request("POST /echo", "x" * 2**20, "text/plain"), 415),
        (request("POST /echo", "x" * 2**20), 413),
        (Request("POST", "/echo", ("Content-Type: application/json",), b"[1e400]"), 400),
        (
            Request("POST", "/items", ("Content-Type: application/json",), b'{"name": "x", "price": 1e400}'),
            422,
        ),
        (request("POST /echo", 5), 422),
        (request("PUT /items/6", {}), 422),
        (request("PUT /items/6", BODY), 404),
        (request("GET /items?limit=01"), 422),
        (request("GET /items?limit=0&limit=1"), 200),
        (request("HEAD /items"), 200),
    ],
    ids=lambda value: getattr(value, "target", value),
)
def test_a_request_has_the_first_status_that_applies(asked: Request, status: int) -> None:
    assert expected(asked, exists=lambda item_id: item_id == 5)[0] == status


def test_every_path_of_the_contract_is_known() -> None:
    assert template(Request("GET", "/items/%35")) == "/items/{item_id}"
    assert template(Request("GET", "/hello/")) == ""
