"""Faults of how a query is read."""

from typing import Any
from urllib.parse import parse_qsl

from ..replies import RefusedError
from ..schema import Schema
from ..service import Service
from ..steps import Call


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
        try:
            number = int(value)
        except ValueError:
            raise ValueError("It must be an integer.") from None
        return int(self.between(number, least, most))


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


class FormatNegotiated(Service):
    """format=xml is 404, as in Django REST framework."""

    def page(self, call: Call) -> dict[str, Any]:
        if self.query(call).get("format", "json") != "json":
            raise RefusedError(404, "Not found.")
        return super().page(call)
