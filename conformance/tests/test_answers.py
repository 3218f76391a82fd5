"""What is true of every answer is missed where it is not. (Right answers: test_oracle.py.)"""

import json

import pytest

from conformance.answers import every_answer
from harness.wire import Answer, Request

HELLO, ITEM = Request("GET", "/hello"), Request("GET", "/items/1")
PROBLEM = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No item has this id."}
LAMP = {"id": 1, "name": "Lamp", "description": None, "price": 1, "quantity": 0}


def answer(status: int, body: object, **headers: str) -> Answer:
    media_type = "application/json" if status < 400 else "application/problem+json"
    named = {"content-type": media_type, "cache-control": "no-store", **headers}
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, tuple((name.replace("_", "-"), value) for name, value in named.items()), text)


@pytest.mark.parametrize(
    ("rule", "request_", "given"),
    [
        ("declared", ITEM, answer(200, {**LAMP, "price": "1"})),
        ("declared", ITEM, answer(200, b'{"price": NaN}')),
        ("declared", Request("GET", "/nope"), answer(404, {**PROBLEM, "extra": 1})),
        ("error-never-5xx", ITEM, answer(500, {**PROBLEM, "status": 500, "title": "Internal Server Error"})),
        ("method-head", Request("HEAD", "/hello"), Answer(200, (), b"", stray=b"{}")),
        ("connection", HELLO, Answer(200, (), b'{"message": "Hello, World!"}', stray=b"x")),
        ("delete-bare", Request("DELETE", "/items/1"), answer(204, b"")),
        ("no-store", ITEM, answer(200, LAMP, cache_control="max-age=1")),
        ("no-store", HELLO, answer(405, {**PROBLEM, "status": 405}, cache_control="")),
        ("error-problem", ITEM, answer(404, PROBLEM, content_type="application/json")),
        ("error-members", ITEM, answer(404, {**PROBLEM, "status": 400})),
        ("error-members", ITEM, answer(404, b"Not Found")),
        ("error-title", ITEM, answer(404, {**PROBLEM, "title": "No such item"})),
        ("error-no-echo", ITEM, answer(404, {**PROBLEM, "detail": "Zq7echo is no item."})),
        ("error-no-inside", ITEM, answer(404, {**PROBLEM, "detail": "sqlite3.OperationalError"})),
    ],
)
def test_a_wrong_answer_breaks_a_rule(rule: str, request_: Request, given: Answer) -> None:
    assert rule in [broken for complaint in every_answer(request_, given) for broken in complaint.rules]
