"""Faults of what is listed."""

from ..replies import RefusedError
from ..server import Response
from ..service import Item, Service
from ..steps import Call


class Listing(Service):
    def listed(self, items: list[Item], _after: int, _limit: int | None) -> list[Item]:
        return items

    def list_items(self, call: Call) -> Response:
        items = sorted(self.items.values(), key=lambda item: int(item["id"]))
        return self.json(200, self.listed(items, call.values["after"] or 0, call.values["limit"]))


class ListDescending(Listing):
    """The newest item comes first."""

    def listed(self, items: list[Item], after: int, limit: int | None) -> list[Item]:
        return [item for item in reversed(items) if item["id"] > after][:limit]


class ListUnordered(Listing):
    """An item that was replaced comes last."""

    def store(self, item: Item) -> None:
        self.items.pop(item["id"], None)
        super().store(item)

    def list_items(self, call: Call) -> Response:
        after, limit = call.values["after"] or 0, call.values["limit"]
        return self.json(200, [item for key, item in self.items.items() if key > after][:limit])


class ListIsObject(Service):
    """The list is in an object."""

    def list_items(self, call: Call) -> Response:
        response = super().list_items(call)
        return Response(200, b'{"items": %s}' % response.body, response.headers)


class ListOfAHundred(Listing):
    """Without limit, the list ends after 100 items."""

    def listed(self, items: list[Item], after: int, limit: int | None) -> list[Item]:
        return [item for item in items if item["id"] > after][: limit or 100]


class ListOfAThousand(Listing):
    """Without limit, the list ends after 1,000 items."""

    def listed(self, items: list[Item], after: int, limit: int | None) -> list[Item]:
        return [item for item in items if item["id"] > after][: limit or 1000]


class AfterInclusive(Listing):
    """A page begins with the item that it should begin after."""

    def listed(self, items: list[Item], after: int, limit: int | None) -> list[Item]:
        return [item for item in items if item["id"] >= after][:limit]


class AfterIgnored(Listing):
    """Every page is the first."""

    def listed(self, items: list[Item], _after: int, limit: int | None) -> list[Item]:
        return items[:limit]


class AfterIsOffset(Listing):
    """`after` skips so many items."""

    def listed(self, items: list[Item], after: int, limit: int | None) -> list[Item]:
        return items[after:][:limit]


class AfterMustExist(Listing):
    """A page after an id that no item has is 404."""

    def listed(self, items: list[Item], after: int, limit: int | None) -> list[Item]:
        if after and after not in self.items:
            raise RefusedError(404, "No item has this id.")
        return [item for item in items if item["id"] > after][:limit]


class LimitIgnored(Listing):
    """A page has all items."""

    def listed(self, items: list[Item], after: int, _limit: int | None) -> list[Item]:
        return [item for item in items if item["id"] > after]


class LimitOffByOne(Listing):
    """A page has one item more."""

    def listed(self, items: list[Item], after: int, limit: int | None) -> list[Item]:
        return [item for item in items if item["id"] > after][: limit and limit + 1]


class LimitBeforeAfter(Listing):
    """A page is cut before it begins after an id."""

    def listed(self, items: list[Item], after: int, limit: int | None) -> list[Item]:
        return [item for item in items[:limit] if item["id"] > after]
