"""Faults of what a successful answer says of an item."""

from typing import Any

from ..server import Response
from ..service import Item, Service
from ..steps import Call


class CreateAnswers200(Service):
    """POST /items answers 200."""

    def create_item(self, call: Call) -> Response:
        response = super().create_item(call)
        return Response(200, response.body, response.headers)


class PutAnswers204(Service):
    """PUT answers 204."""

    def replace_item(self, call: Call) -> Response:
        super().replace_item(call)
        return Response(204)


class DeleteAnswers200(Service):
    """DELETE answers 200 with the item."""

    def delete_item(self, call: Call) -> Response:
        item = self.find(call)
        super().delete_item(call)
        return self.json(200, item)


class DeleteHasContentType(Service):
    """A 204 has a Content-Type."""

    def delete_item(self, call: Call) -> Response:
        super().delete_item(call)
        return Response(204, headers={"Content-Type": "application/json"})


class LocationMissing(Service):
    """A new item has no Location."""

    def create_item(self, call: Call) -> Response:
        response = super().create_item(call)
        del response.headers["Location"]
        return response


class LocationAbsolute(Service):
    """Location is a whole URL."""

    def location(self, call: Call, item: Item) -> str:
        return f"http://{call.request.headers['Host']}{super().location(call, item)}"


class LocationIsList(Service):
    """Location is the path that was asked."""

    def location(self, call: Call, _item: Item) -> str:
        return call.path


class LocationOfFormerItem(Service):
    """Location is that of the item before."""

    def location(self, _call: Call, item: Item) -> str:
        return f"/items/{max(1, item['id'] - 1)}"


class LocationEndsInSlash(Service):
    """Location ends in a slash."""

    def location(self, call: Call, item: Item) -> str:
        return f"{super().location(call, item)}/"


class Shaping(Service):
    """Writes an item otherwise than it is."""

    def shaped(self, item: Item) -> Item:
        return item

    def json(self, status: int, value: Any, **headers: str) -> Response:
        match value:
            case {"id": _}:
                value = self.shaped(value)
            case [{"id": _}, *_]:
                value = [self.shaped(item) for item in value]
        return super().json(status, value, **headers)


class IdIsText(Shaping):
    """An id is written as text."""

    def shaped(self, item: Item) -> Item:
        return {**item, "id": str(item["id"])}


class PriceIsText(Shaping):
    """A price is written as text, as a decimal of Django REST framework is."""

    def shaped(self, item: Item) -> Item:
        return {**item, "price": str(item["price"])}


class ItemSaysMore(Shaping):
    """An item has a member that the contract does not know."""

    def shaped(self, item: Item) -> Item:
        return {**item, "url": f"/items/{item['id']}"}


class DeleteHasBody(Service):
    """A 204 has a body."""

    def delete_item(self, call: Call) -> Response:
        super().delete_item(call)
        return Response(204, b"null")


class DefaultsMissing(Service):
    """The answer to POST has only the members that were sent."""

    def create_item(self, call: Call) -> Response:
        response = super().create_item(call)
        item = {"id": self.last_id, **{key: call.values[key] for key in call.values if key in call.document}}
        return Response(201, self.dump(item), response.headers)


class NullsMissing(Shaping):
    """An item leaves out what is null."""

    def shaped(self, item: Item) -> Item:
        return {key: value for key, value in item.items() if value is not None}
