"""Every operation, as a client sees it."""

import pytest
from fastapi.testclient import TestClient

LAMP = {"name": "Lamp", "description": "A warm light", "price": 19.9, "quantity": 3}


def test_hello(client: TestClient) -> None:
    assert client.get("/hello").json() == {"message": "Hello, World!"}


@pytest.mark.parametrize("document", [{}, [], {"a": [1, None, "x"]}, [10**40], [[]] * 3])
def test_echo(client: TestClient, document: object) -> None:
    assert client.post("/echo", json=document).json() == document


def test_create(client: TestClient) -> None:
    answer = client.post("/items", json=LAMP)
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/items/1"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == LAMP | {"id": 1}
    assert client.get("/items/1").json() == LAMP | {"id": 1}


def test_create_with_defaults(client: TestClient) -> None:
    item = client.post("/items", json={"name": "Lamp", "price": 3}).json()
    assert item == {"id": 1, "name": "Lamp", "description": None, "price": 3.0, "quantity": 0}


def test_an_integer_may_have_a_fraction_of_zero(client: TestClient) -> None:
    assert client.post("/items", json=LAMP | {"quantity": 3.0}).json()["quantity"] == 3


def test_list(client: TestClient) -> None:
    assert client.get("/items").json() == []
    items = [client.post("/items", json=LAMP | {"quantity": i}).json() for i in range(5)]
    assert client.get("/items").json() == items
    assert client.get("/items?limit=2").json() == items[:2]
    assert client.get("/items?limit=2&after=2").json() == items[2:4]
    assert client.get("/items?after=5").json() == []


@pytest.mark.parametrize("query", ["limit=0", "limit=2001", "limit=1.5", "after=0", "after=x", "after=1e2"])
def test_a_query_may_be_invalid(client: TestClient, query: str) -> None:
    answer = client.get(f"/items?{query}")
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["location"], error["pointer"]) == ("query", "/" + query.partition("=")[0])


def test_get_of_no_item(client: TestClient) -> None:
    for item_id in ("1", "0", "x", "1.0", "9007199254740992", "1" * 31, "1" * 5000):
        answer = client.get(f"/items/{item_id}")
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"


def test_replace(client: TestClient) -> None:
    client.post("/items", json=LAMP)
    replaced = {"name": "Chair", "description": None, "price": 5.0, "quantity": 0, "id": 1}
    answer = client.put("/items/1", json={"name": "Chair", "price": 5})
    assert (answer.status_code, answer.json()) == (200, replaced)
    assert client.get("/items/1").json() == replaced
    assert client.put("/items/2", json=LAMP).status_code == 404
    assert client.put("/items/x", json=LAMP).status_code == 404
    assert client.get("/items").json() == [replaced]


def test_delete(client: TestClient) -> None:
    client.post("/items", json=LAMP)
    answer = client.delete("/items/1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert client.delete("/items/1").status_code == 404
    assert client.post("/items", json=LAMP).json()["id"] == 2


def test_health(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/hello", "/items", "/items/1", "/healthz", "/items/2", "/items?limit=0"])
def test_head_is_get_without_its_body(client: TestClient, path: str) -> None:
    client.post("/items", json=LAMP)
    head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert dict(head.headers) == dict(get.headers)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/name", "/price"}),
        ([], {""}),
        (5, {""}),
        (LAMP | {"price": "5"}, {"/price"}),
        (LAMP | {"quantity": True}, {"/quantity"}),
        (LAMP | {"name": "a\0b"}, {"/name"}),
        (LAMP | {"prise": 1, "a/b~c": 2}, {"/prise", "/a~1b~0c"}),
        (LAMP | {"cls": 1, "self": 2, "data": 3}, {"/cls", "/self", "/data"}),
    ],
)
def test_an_error_for_each_invalid_place(client: TestClient, body: object, pointers: set[str]) -> None:
    answer = client.post("/items", json=body)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert len(errors) == len(pointers)
    assert {error["pointer"] for error in errors} == pointers
    assert {error["location"] for error in errors} == {"body"}


NOT_JSON = [
    b"",
    b"{",
    b"[NaN]",
    b"[1e400]",
    b'["\\ud800"]',
    b'"\xff"',
    b"[" * 9000 + b"]" * 9000,
    "[]".encode("utf-16"),
]


@pytest.mark.parametrize("body", NOT_JSON)
def test_what_is_not_json(client: TestClient, body: bytes) -> None:
    answer = client.post("/echo", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_another_media_type(client: TestClient, media_type: str | None) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    assert client.post("/items", content=b"{}", headers=headers).status_code == 415


def test_a_body_has_a_limit(client: TestClient) -> None:
    limit = 2**20
    body = b"[" + b" " * (limit - 2) + b"]"
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert client.post("/echo", content=body, headers=headers).status_code == 200
    assert client.post("/echo", content=body + b" ", headers=headers).status_code == 413
    chunks = (part for part in (body, b" "))  # without a Content-Length
    assert client.post("/echo", content=chunks, headers=headers).status_code == 413


def test_allow_has_the_methods_of_the_path(client: TestClient) -> None:
    answer = client.patch("/items/1")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "DELETE, GET, HEAD, PUT"
    assert client.delete("/items").headers["Allow"] == "GET, HEAD, POST"


def test_the_titles_are_those_of_rfc_9110(client: TestClient) -> None:
    assert client.get("/items?limit=0").json()["title"] == "Unprocessable Content"
    assert client.get("/nowhere").json()["title"] == "Not Found"


def test_an_unknown_path(client: TestClient) -> None:
    assert client.get("/nowhere").json()["status"] == 404


def test_the_documentation_has_the_operations_of_the_contract(client: TestClient) -> None:
    assert client.get("/docs").status_code == 200
    paths = client.get("/openapi.json").json()["paths"]
    operations = {operation["operationId"] for path in paths.values() for operation in path.values()}
    assert operations == {
        "hello", "echo", "list_items", "create_item", "get_item", "replace_item", "delete_item", "health"
    }  # fmt: skip
