"""Every operation, by the framework's test client."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from app.models import Item
from app.serializers import ItemSerializer

pytestmark = pytest.mark.django_db

LAMP = {"name": "Lamp", "description": "A warm light", "price": 19.9, "quantity": 3}


def pointers(answer: Any) -> set[str]:
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {error["pointer"] for error in answer.json()["errors"]}


def test_hello(client: APIClient) -> None:
    assert client.get("/hello").json() == {"message": "Hello, World!"}
    assert client.head("/hello").status_code == 200


def test_health(client: APIClient) -> None:
    answer = client.get("/healthz")
    assert answer.json() == {"status": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("document", [{"a": [1, 2.5, None]}, [10**40, "\u2028"], [], {}])
def test_echo(client: APIClient, document: object) -> None:
    assert client.post("/echo", document).json() == document


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("5", 422),
        ("null", 422),
        ("", 400),
        ("{", 400),
        ("[NaN]", 400),
        ("[1e400]", 400),
        ('["\\ud800"]', 400),
        (b"\xff", 400),
        ("[" * 100 + "]" * 100, 200),
        ("[" * 100_000, 400),
        ("[" + "9" * 5000 + "]", 400),
        ('"' + "x" * 2**20 + '"', 413),
    ],
    ids=lambda value: str(value)[:9],
)
def test_echo_refuses_what_is_no_document(client: APIClient, body: Any, status: int) -> None:
    answer = client.generic("POST", "/echo", body, content_type="application/json")
    assert answer.status_code == status


def test_a_body_of_another_kind_is_415(client: APIClient) -> None:
    answer = client.generic("POST", "/items", "{}", content_type="text/plain")
    assert answer.status_code == 415
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_create_item(client: APIClient) -> None:
    answer = client.post("/items", LAMP)
    item = Item.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"id": item.pk, **LAMP}
    assert answer.headers["Location"] == f"/items/{item.pk}"
    assert answer.headers["Cache-Control"] == "no-store"


def test_create_item_with_defaults(client: APIClient) -> None:
    item = client.post("/items", {"name": " x ", "price": 5}).json()
    del item["id"]
    assert item == {"name": " x ", "description": None, "price": 5, "quantity": 0}


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"name": "\0"}, "/name"),
        ({"name": 5}, "/name"),
        ({"name": None}, "/name"),
        ({"description": 5}, "/description"),
        ({"description": "x" * 1001}, "/description"),
        ({"price": "5"}, "/price"),
        ({"price": True}, "/price"),
        ({"price": -0.01}, "/price"),
        ({"price": 10**400}, "/price"),
        ({"quantity": "5"}, "/quantity"),
        ({"quantity": False}, "/quantity"),
        ({"quantity": 1.5}, "/quantity"),
        ({"quantity": 2**31}, "/quantity"),
        ({"quantity": None}, "/quantity"),
        ({"id": 7}, "/id"),
        ({"prise": 1}, "/prise"),
        ({"": 1}, "/"),
        ({"non_field_errors": 1}, "/non_field_errors"),
        ({"a/b~c": 1}, "/a~1b~0c"),
    ],
)
def test_an_invalid_member_is_named(client: APIClient, members: dict[str, Any], pointer: str) -> None:
    assert pointers(client.post("/items", LAMP | members)) == {pointer}
    assert not Item.objects.exists()


def test_every_invalid_place_is_named(client: APIClient) -> None:
    assert pointers(client.post("/items", {"quantity": -1, "x": 1})) == {"/name", "/price", "/quantity", "/x"}


@pytest.mark.parametrize("body", ["[]", "null", '"x"'])
def test_a_body_that_is_no_object(client: APIClient, body: str) -> None:
    assert pointers(client.generic("POST", "/items", body, content_type="application/json")) == {""}


def test_a_whole_float_is_an_integer(client: APIClient) -> None:
    assert client.post("/items", LAMP | {"quantity": 3.0}).json()["quantity"] == 3


def test_list_items(client: APIClient) -> None:
    items = [client.post("/items", LAMP | {"quantity": n}).json() for n in range(3)]
    ids = [item["id"] for item in items]
    assert client.get("/items").json() == items
    assert client.get("/items?limit=1&format=xml").json() == items[:1]
    assert client.get(f"/items?limit=2&after={ids[0]}").json() == items[1:]
    assert client.get(f"/items?after={ids[2]}").json() == []


def test_a_page_has_2000_items_at_most(client: APIClient) -> None:
    Item.objects.bulk_create([Item(name="Lamp", price=1)] * 2001)
    assert len(client.get("/items").json()) == 2000


@pytest.mark.parametrize("value", ["0", "2001", "", "x", "1e2", "9" * 5000])
def test_an_invalid_limit(client: APIClient, value: str) -> None:
    answer = client.get(f"/items?limit={value}&after=0")
    assert pointers(answer) == {"/limit", "/after"}
    assert {error["location"] for error in answer.json()["errors"]} == {"query"}


def test_a_list_has_what_the_serializer_makes_of_each_item(client: APIClient) -> None:
    item = Item.objects.create(**LAMP)
    assert (
        client.get("/items").json() == [ItemSerializer(item).data] == [client.get(f"/items/{item.pk}").json()]
    )


def test_an_item_has_each_member_of_the_model() -> None:
    assert set(ItemSerializer.Meta.fields) == {field.name for field in Item._meta.fields}  # noqa: SLF001 - Django's documented name


def test_replace_item_takes_defaults_for_what_is_omitted(client: APIClient) -> None:
    item = Item.objects.create(**LAMP)
    answer = client.put(f"/items/{item.pk}", {"name": "Chair", "price": 49})
    assert answer.status_code == 200
    assert answer.json() == client.get(f"/items/{item.pk}").json()
    assert answer.json() == {"id": item.pk, "name": "Chair", "description": None, "price": 49, "quantity": 0}


def test_replace_item_judges_the_body_first_and_never_creates(client: APIClient) -> None:
    assert pointers(client.put("/items/1", {"name": "Chair"})) == {"/price"}
    assert client.put("/items/1", LAMP).status_code == 404
    assert not Item.objects.exists()


def test_delete_item(client: APIClient) -> None:
    item = Item.objects.create(**LAMP)
    answer = client.delete(f"/items/{item.pk}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.delete(f"/items/{item.pk}").status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize("item_id", ["0", "9007199254740992", str(10**30), "9" * 5000, "x", "-1", "1.0"])
def test_there_is_no_such_item(client: APIClient, method: str, item_id: str) -> None:
    answer = client.generic(
        method.upper(), f"/items/{item_id}", '{"name": "x", "price": 1}', "application/json"
    )
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/items/1", {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}),
        ("PUT", "/items", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("GET", "/echo", {"OPTIONS", "POST"}),
        ("POST", "/hello", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_405_lists_what_is_allowed(client: APIClient, method: str, path: str, allowed: set[str]) -> None:
    answer = client.generic(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == allowed
