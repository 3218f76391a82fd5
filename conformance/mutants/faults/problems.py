"""Faults of the form of an error."""

import json
import traceback
from typing import Any

from ..replies import RefusedError
from ..schema import InvalidError, Schema
from ..server import Request, Response
from ..service import Service
from ..steps import Call


class Rewriting(Service):
    """Changes the members of a problem."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return problem

    def problem(self, refused: RefusedError) -> Response:
        response = super().problem(refused)
        return Response(
            response.status, self.dump(self.rewritten(json.loads(response.body))), response.headers
        )


class ErrorsInHTML(Service):
    """Errors are text/html."""

    def problem(self, refused: RefusedError) -> Response:
        headers = {**refused.headers, "Content-Type": "text/html; charset=utf-8"}
        return Response(refused.status, f"<h1>{refused.detail}</h1>".encode(), headers)


class ErrorsAreJSON(Service):
    """Errors have the media type application/json."""

    def problem(self, refused: RefusedError) -> Response:
        response = super().problem(refused)
        return Response(
            response.status, response.body, {**response.headers, "Content-Type": "application/json"}
        )


class ErrorsAreDetails(Service):
    """A 404 is {"detail": ...} alone."""

    def problem(self, refused: RefusedError) -> Response:
        return self.json(404, {"detail": "Not Found"}) if refused.status == 404 else super().problem(refused)


class TypeMissing(Rewriting):
    """A problem has no type."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in problem.items() if key != "type"}


class TitleOld(Rewriting):
    """The title of 422 is Unprocessable Entity."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {**problem, "title": problem["title"].replace("Unprocessable Content", "Unprocessable Entity")}


class TitleOfSizeOld(Rewriting):
    """The title of 413 is Request Entity Too Large."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {**problem, "title": problem["title"].replace("Content Too", "Request Entity Too")}


class StatusIsText(Rewriting):
    """A problem's status is "404"."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {**problem, "status": str(problem["status"])}


class StatusMismatched(Rewriting):
    """A problem's status is 400, whatever the answer's is."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {**problem, "status": 400}


class DetailEmpty(Rewriting):
    """A problem's detail is empty."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {**problem, "detail": ""}


class InstanceAdded(Rewriting):
    """A problem has an instance too."""

    def rewritten(self, problem: dict[str, Any]) -> dict[str, Any]:
        return {**problem, "instance": "/items"}


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
