"""Faults of what an error says of the request."""

import traceback
from typing import Any

from ..replies import RefusedError
from ..schema import InvalidError, Schema
from ..server import Request, Response
from ..service import Service
from ..steps import Call
from .problems import Rewriting


class ErrorsMissing(Rewriting):
    """A 422 has no errors."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in problem.items() if key != "errors"}


class FirstErrorOnly(Rewriting):
    """A 422 has only the first invalid place."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {**problem, "errors": problem["errors"][:1]} if "errors" in problem else problem


class ErrorsReversed(Rewriting):
    """A 422 has the invalid places in reverse."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {**problem, "errors": problem["errors"][::-1]} if "errors" in problem else problem


class PointerInDots(Rewriting):
    """A pointer has no slash."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        places = [{**place, "pointer": place["pointer"][1:]} for place in problem.get("errors", [])]
        return {**problem, "errors": places} if places else problem


class LocationIsBody(Rewriting):
    """An invalid query is said to be in the body."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        places = [{**place, "location": "body"} for place in problem.get("errors", [])]
        return {**problem, "errors": places} if places else problem


class NamingSchema(Schema):
    def refuse_unknown(self, details: dict[str, str], unknown: list[str]) -> None:
        details.update((f"/{name}", "It is unknown.") for name in unknown)


class UnknownMemberNamed(Service):
    """An unknown member has a pointer with its name."""

    schema = NamingSchema()


class PathEchoed(Service):
    """A 404 repeats the path."""

    def find_path(self, call: Call) -> None:
        try:
            super().find_path(call)
        except RefusedError:
            raise RefusedError(404, f"There is no {call.path}") from None


class ValueEchoed(Service):
    """A 422 repeats the body."""

    def invalid(self, invalid: InvalidError, location: str) -> RefusedError:
        refused = super().invalid(invalid, location)
        refused.detail = f"Invalid: {self.invalid_input[:500]}"
        return refused

    def validate(self, call: Call) -> None:
        self.invalid_input = call.data.decode(errors="replace")
        super().validate(call)


class TracebackShown(Service):
    """A 400 shows the traceback of the parser."""

    def parse(self, call: Call) -> None:
        try:
            super().parse(call)
        except RefusedError:
            raise RefusedError(400, traceback.format_exc()) from None


class EveryErrorIs500(Service):
    """What is refused is 500."""

    def perform(self, request: Request) -> Response:
        try:
            return super().perform(request)
        except RefusedError as error:
            raise RuntimeError from error
