"""Faults of the form of an error."""

import json
from typing import Any

from ..replies import RefusedError
from ..server import Response
from ..service import Service


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
