"""Faults of paths."""

from ..replies import RefusedError
from ..server import Request, Response
from ..service import Service
from ..steps import PATHS, Call, Paths


class Renamed(Service):
    """Has other patterns for its paths."""

    def renamed(self, pattern: str) -> str:
        return pattern

    def paths(self) -> Paths:
        return {self.renamed(pattern): methods for pattern, methods in PATHS.items()}


class SlashRedirects(Service):
    """/items/ is a redirect to /items."""

    def perform(self, request: Request) -> Response:
        if request.target.partition("?")[0] == "/items/":
            return Response(307, headers={"Location": "/items"})
        return super().perform(request)


class SlashRefused(Renamed):
    """/items/ is 404."""

    def renamed(self, pattern: str) -> str:
        return pattern.replace("/items/?", "/items")


class SlashEverywhere(Renamed):
    """/hello/ is /hello, and /items/1/ is /items/1."""

    def renamed(self, pattern: str) -> str:
        return pattern.removesuffix("/?") + "/?"


class SlashesMerged(Renamed):
    """//items is /items."""

    def renamed(self, pattern: str) -> str:
        return pattern.replace("/", "/+", 1)


class PathsCaseless(Renamed):
    """/Items is /items."""

    def renamed(self, pattern: str) -> str:
        return f"(?i:{pattern})"


class DocsServed(Service):
    """The framework's own /docs and /openapi.json are there."""

    def paths(self) -> Paths:
        return {**PATHS, "/docs|/openapi.json": PATHS["/hello"]}


class SlashRefusedForPost(Service):
    """POST /items/ is 405."""

    def paths(self) -> Paths:
        lists = {method: name for method, name in PATHS["/items/?"].items() if method != "POST"}
        return {**PATHS, "/items/": lists}


class PathNotDecoded(Service):
    """/items/%31 is not /items/1."""

    def find_path(self, call: Call) -> None:
        call.__dict__["path"] = call.request.target.partition("?")[0]
        super().find_path(call)


class UnknownPathInHTML(Service):
    """An unknown path is 404 in HTML."""

    def perform(self, request: Request) -> Response:
        try:
            return super().perform(request)
        except RefusedError as refused:
            if refused.detail != "No such path.":
                raise
            return Response(404, b"<h1>Not Found</h1>", {"Content-Type": "text/html"})
