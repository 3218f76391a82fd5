"""Faults of the list and its query."""

from typing import Any
from urllib.parse import parse_qsl

from ..replies import RefusedError
from ..schema import Schema
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


class ListIsObject(Listing):
    """The list is in an object."""

    def json(self, status: int, value: Any, **headers: str) -> Response:
        return super().json(status, {"items": value} if isinstance(value, list) else value, **headers)


class ListOfAHundred(Listing):
    """Without limit, the list ends after 100 items."""

    def listed(self, items: list[Item], after: int, limit: int | None) -> list[Item]:
        return [item for item in items if item["id"] > after][: limit or 100]


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


class LimitUpTo999(Service):
    """limit=1000 is 422."""

    limit_max = 999


class LimitOverMaximum(Service):
    """limit=1001 is taken."""

    limit_max = 10**6


class LimitClamped(Service):
    """limit=0 is taken as 1, and limit=1001 as 1000."""

    def query(self, call: Call) -> dict[str, str]:
        query = super().query(call)
        if (limit := query.get("limit", "")).isdecimal():
            query["limit"] = str(min(max(int(limit), 1), self.limit_max))
        return query


class EmptyQueryIgnored(Service):
    """An empty parameter is none."""

    def query(self, call: Call) -> dict[str, str]:
        return {key: value for key, value in super().query(call).items() if value}


class FirstQueryWins(Service):
    """Of a repeated parameter the first counts."""

    def query(self, call: Call) -> dict[str, str]:
        return dict(reversed(parse_qsl(call.request.target.partition("?")[2], keep_blank_values=True)))


class UnknownQueryRefused(Service):
    """An unknown query parameter is 422."""

    def page(self, call: Call) -> dict[str, Any]:
        if unknown := [name for name in self.query(call) if name not in {"limit", "after"}]:
            self.schema.members({}, unknown)
        return super().page(call)


class LooseSchema(Schema):
    def decimal(self, value: str, least: int, most: int) -> int:
        return int(self.between(int(value), least, most))


class QueryReadLoosely(Service):
    """limit=+5, limit=05 and limit=1_0 are integers."""

    schema = LooseSchema()


class AfterBig500(Service):
    """`after` past 64 bits is 500."""

    def page(self, call: Call) -> dict[str, Any]:
        after = self.query(call).get("after", "")
        if after.isdecimal() and int(after) >= 2**63:
            raise OverflowError
        return super().page(call)
