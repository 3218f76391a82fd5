"""Faults of what is stored, and when."""

import threading
import time
from contextlib import nullcontext

from ..replies import RefusedError
from ..server import Request, Response
from ..service import Item, Service
from ..steps import Call


class PutIsLost(Service):
    """PUT answers the new item and keeps the old one."""

    def replace_item(self, call: Call) -> Response:
        self.find(call)
        return self.json(200, {"id": call.item_id, **call.values})


class StaleReads(Service):
    """Each of two workers remembers the items that it has once read."""

    def __init__(self) -> None:
        super().__init__()
        self.remembered: tuple[dict[int, Item], ...] = ({}, {})
        self.turn = 0

    def perform(self, request: Request) -> Response:
        self.turn += 1
        return super().perform(request)

    def get_item(self, call: Call) -> Response:
        remembered = self.remembered[self.turn % 2]
        item = remembered.setdefault(call.item_id, self.find(call))
        return self.json(200, item)


class CommitAfterAnswer(Service):
    """A new item is committed a moment after the answer has left."""

    delay = 0.02  # seconds

    def store(self, item: Item) -> None:
        threading.Timer(self.delay, super().store, (item,)).start()


class ConcurrentIdReused(Service):
    """Two new items at the same moment get one id."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = nullcontext()

    def next_id(self) -> int:
        given = super().next_id()
        time.sleep(0.001)
        return given


class IdReused(Service):
    """The id of a new item is one more than the largest that is stored."""

    def next_id(self) -> int:
        return max(self.items, default=0) + 1


class PutMerges(Service):
    """PUT keeps the former value of what the body omits."""

    def replace_item(self, call: Call) -> Response:
        former = self.find(call)
        item = {**former, **{key: value for key, value in call.values.items() if key in call.document}}
        self.store(item)
        return self.json(200, item)


class PutCreates(Service):
    """PUT creates the item where there is none."""

    def replace_item(self, call: Call) -> Response:
        item = {"id": call.item_id, **call.values}
        self.store(item)
        return self.json(200, item)


class PutMovesItem(Service):
    """PUT deletes the item and creates it anew, under a new id."""

    def replace_item(self, call: Call) -> Response:
        self.delete_item(call)
        return self.create_item(call)


class DeleteTwice(Service):
    """DELETE of what is not there is 204."""

    def delete_item(self, call: Call) -> Response:
        self.items.pop(call.item_id, None)
        return Response(204)


class DeleteKeeps(Service):
    """DELETE answers 204, and the item stays."""

    def delete_item(self, call: Call) -> Response:
        self.find(call)
        return Response(204)


class DeletedIsListed(Service):
    """A deleted item is marked as such, and GET /items lists it still."""

    def __init__(self) -> None:
        super().__init__()
        self.deleted: set[int] = set()

    def find(self, call: Call) -> Item:
        if call.item_id in self.deleted:
            raise RefusedError(404, "No item has this id.")
        return super().find(call)

    def delete_item(self, call: Call) -> Response:
        self.find(call)
        self.deleted.add(call.item_id)
        return Response(204)
