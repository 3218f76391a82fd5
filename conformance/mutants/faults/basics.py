"""Faults of what hello, health and echo answer."""

from typing import Any

from ..server import Response
from ..service import Service
from ..steps import Call


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
