"""A correct service, in memory. Each class of `faults/` is this one but for one fault."""

from typing import Any

from .replies import RefusedError
from .server import Response
from .steps import Call, Steps

Item = dict[str, Any]


class Service(Steps):
    """Faultless."""

    def __init__(self) -> None:
        super().__init__()
        self.items: dict[int, Item] = {}
        self.last_id = 0

    # the operations

    def hello(self, _call: Call) -> Response:
        return self.json(200, {"message": "Hello, World!"})

    def echo(self, call: Call) -> Response:
        return self.json(200, call.document)

    def list_items(self, call: Call) -> Response:
        after, limit = call.values["after"] or 0, call.values["limit"]
        items = self.visible(call)
        return self.json(200, [items[key] for key in sorted(items) if key > after][:limit])

    def create_item(self, call: Call) -> Response:
        self.last_id = self.next_id()
        item = {"id": self.last_id, **call.values}
        self.store(item)
        return self.json(201, item, Location=self.location(call, item))

    def get_item(self, call: Call) -> Response:
        return self.json(200, self.find(call))

    def replace_item(self, call: Call) -> Response:
        self.find(call)
        item = {"id": call.item_id, **call.values}
        self.store(item)
        return self.json(200, item)

    def delete_item(self, call: Call) -> Response:
        self.find(call)
        del self.items[call.item_id]
        return Response(204)

    def health(self, _call: Call) -> Response:
        return self.json(200, {"status": "ok"})

    # what the operations are made of

    def visible(self, _call: Call) -> dict[int, Item]:
        return self.items

    def find(self, call: Call) -> Item:
        if call.item_id not in self.visible(call):
            raise RefusedError(404, "No item has this id.")
        return self.visible(call)[call.item_id]

    def store(self, item: Item) -> None:
        self.items[item["id"]] = item

    def next_id(self) -> int:
        return self.last_id + 1

    def location(self, _call: Call, item: Item) -> str:
        return f"/items/{item['id']}"
