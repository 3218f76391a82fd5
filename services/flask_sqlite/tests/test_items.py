import pytest
from flask.testing import FlaskClient

from app.schemas import NewItem

LAMP = {"name": "Lamp", "description": "A warm light", "price": 19.9, "quantity": 3}
CHAIR = {"name": "Chair", "price": 45}
CHAIR_STORED = {"name": "Chair", "description": None, "price": 45, "quantity": 0}


def pointers(client: FlaskClient, method: str, path: str, body: object = None) -> set[tuple[str, str]]:
    answer = client.open(path, method=method, json=body)
    assert answer.status_code == 422
    return {(error["location"], error["pointer"]) for error in answer.get_json()["errors"]}


def test_hello(client: FlaskClient) -> None:
    assert client.get("/hello").get_json() == {"message": "Hello, World!"}


@pytest.mark.parametrize("document", [{"a": [1, 2.5, None]}, [], [10**300, "\U0001f4a1"]])
def test_echo(client: FlaskClient, document: object) -> None:
    answer = client.post("/echo", json=document)
    assert answer.status_code == 200
    assert answer.get_json() == document


def test_echo_refuses_what_is_neither_an_object_nor_an_array(client: FlaskClient) -> None:
    assert pointers(client, "POST", "/echo", 5) == {("body", "")}


def test_an_item_from_the_first_day_to_the_last(client: FlaskClient) -> None:
    created = client.post("/items", json=LAMP)
    assert created.status_code == 201
    assert created.headers["Location"] == "/items/1"
    assert created.headers["Cache-Control"] == "no-store"
    assert created.get_json() == {"id": 1, **LAMP}
    assert client.get("/items/1").get_json() == {"id": 1, **LAMP}

    replaced = client.put("/items/1", json=CHAIR)
    assert replaced.status_code == 200
    assert replaced.get_json() == {"id": 1, **CHAIR_STORED}
    assert client.get("/items/1").get_json() == {"id": 1, **CHAIR_STORED}

    deleted = client.delete("/items/1")
    assert deleted.status_code == 204
    assert "Content-Type" not in deleted.headers
    assert deleted.headers["Cache-Control"] == "no-store"
    assert client.delete("/items/1").status_code == 404
    assert client.get("/items/1").status_code == 404
    assert client.put("/items/1", json=LAMP).status_code == 404
    assert client.post("/items", json=LAMP).get_json()["id"] == 2


def test_every_member_of_the_model_is_answered(client: FlaskClient) -> None:
    members = {"id", *NewItem.model_fields}
    assert client.post("/items", json=LAMP).get_json().keys() == members
    assert client.put("/items/1", json=LAMP).get_json().keys() == members
    assert client.get("/items/1").get_json().keys() == members
    assert client.get("/items").get_json()[0].keys() == members


def test_a_list_is_a_page(client: FlaskClient) -> None:
    assert client.get("/items").get_json() == []
    for _ in range(3):
        client.post("/items", json=LAMP)
    assert [item["id"] for item in client.get("/items").get_json()] == [1, 2, 3]
    assert client.get("/items?limit=1&after=1").get_json() == [{"id": 2, **LAMP}]
    assert client.get("/items?after=9007199254740991").get_json() == []


@pytest.mark.parametrize("value", ["0", "2001", "1.5", "1e2", "one", "", "٣"])
def test_a_bad_page(client: FlaskClient, value: str) -> None:
    assert pointers(client, "GET", f"/items?limit={value}&after={value}") >= {("query", "/limit")}


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, {"/name", "/price"}),
        ({**CHAIR, "prise": 1, "a/b~c": 1}, {"/prise", "/a~1b~0c"}),
        ({"name": "", "description": 5, "price": "5"}, {"/name", "/description", "/price"}),
        ({**CHAIR, "quantity": True}, {"/quantity"}),
        ({"name": "a\0", "price": 1_000_001, "quantity": 2**31}, {"/name", "/price", "/quantity"}),
        ([], {""}),
    ],
)
def test_an_invalid_item(client: FlaskClient, body: object, places: set[str]) -> None:
    expected = {("body", place) for place in places}
    assert pointers(client, "POST", "/items", body) == expected
    assert pointers(client, "PUT", "/items/1", body) == expected


def test_a_number_without_a_fraction_is_an_integer(client: FlaskClient) -> None:
    assert client.post("/items", json={**CHAIR, "quantity": 3.0}).get_json()["quantity"] == 3


@pytest.mark.parametrize("item_id", ["0", "-1", "one", "9007199254740992", str(10**30)])
def test_what_is_no_id_is_no_path(client: FlaskClient, item_id: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert client.open(f"/items/{item_id}", method=method, json=LAMP).status_code == 404


def test_health(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.get_json() == {"status": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"
