"""Faults of what a successful answer says."""

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


class DefaultsMissing(Service):
    """The answer to POST has only the members that were sent."""

    def create_item(self, call: Call) -> Response:
        response = super().create_item(call)
        item = {"id": self.last_id, **{key: call.values[key] for key in call.values if key in call.document}}
        return Response(201, self.dump(item), response.headers)


class NullsMissing(Service):
    """Answers leave out a member that is null."""

    def json(self, status: int, value: Any, **headers: str) -> Response:
        return super().json(status, without_nulls(value), **headers)


class HelloChanged(Service):
    """The greeting has no comma."""

    def hello(self, _call: Call) -> Response:
        return self.json(200, {"message": "Hello World!"})


class HealthInWords(Service):
    """GET /healthz answers OK, as text."""

    def health(self, _call: Call) -> Response:
        return Response(200, b"OK", {"Content-Type": "text/plain"})


class HealthSaysMore(Service):
    """GET /healthz tells the number of items too."""

    def health(self, _call: Call) -> Response:
        return self.json(200, {"status": "ok", "items": len(self.items)})


class EchoWrapped(Service):
    """POST /echo answers {"data": ...}."""

    def echo(self, call: Call) -> Response:
        return self.json(200, {"data": call.document})


class EchoRoundsNumbers(Service):
    """POST /echo writes a number with six digits."""

    def echo(self, call: Call) -> Response:
        return self.json(200, rounded(call.document))


class EchoAsText(Service):
    """POST /echo answers text/html."""

    def echo(self, call: Call) -> Response:
        response = super().echo(call)
        return Response(200, response.body, {"Content-Type": "text/html"})


def rounded(value: Any) -> Any:
    match value:
        case dict():
            return {key: rounded(inner) for key, inner in value.items()}
        case list():
            return [rounded(inner) for inner in value]
        case float():
            return float(f"{value:.6g}")
        case _:
            return value


def without_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
        case list():
            return [without_nulls(inner) for inner in value]
        case _:
            return value
