"""Faults of methods: HEAD, OPTIONS, Allow."""

from ..replies import RefusedError
from ..server import Request, Response
from ..service import Service
from ..steps import ITEM, PATHS, Call, Paths


class HeadRefused(Service):
    """HEAD is 405."""

    def find_path(self, call: Call) -> None:
        super().find_path(call)
        call.methods.pop("HEAD", None)


class HeadRefusedForItem(Service):
    """HEAD of an item is 405."""

    def find_path(self, call: Call) -> None:
        super().find_path(call)
        if call.item_id:
            call.methods.pop("HEAD", None)


class HeadOfNothing(Service):
    """HEAD of a missing item is 200."""

    def get_item(self, call: Call) -> Response:
        return Response(200) if call.request.method == "HEAD" else super().get_item(call)


class HeadHasNoLength(Service):
    """HEAD has Content-Length: 0."""

    def head(self, response: Response) -> Response:
        return super().head(Response(response.status, b"", {**response.headers, "Content-Length": "0"}))


class HeadHasOtherType(Service):
    """HEAD has Content-Type: text/html."""

    def head(self, response: Response) -> Response:
        return super().head(Response(response.status, b"", {**response.headers, "Content-Type": "text/html"}))


class HeadHasBody(Service):
    """HEAD has GET's body."""

    def head(self, response: Response) -> Response:
        return response


class OptionsAnswered(Service):
    """OPTIONS is 200 with Allow."""

    def find_operation(self, call: Call) -> None:
        if call.request.method == "OPTIONS":
            call.operation = "options"
        else:
            super().find_operation(call)

    def options(self, call: Call) -> Response:
        return Response(200, headers={"Allow": self.allow(call)})


class AllowOfFirstRoute(Service):
    """Allow has the methods of the path's first route only."""

    def allow(self, call: Call) -> str:
        return ", ".join([*call.methods][:1])


class AllowWithoutHead(Service):
    """Allow leaves out HEAD."""

    def allow(self, call: Call) -> str:
        return ", ".join(method for method in call.methods if method != "HEAD")


class AllowWithOptions(Service):
    """Allow names OPTIONS."""

    def allow(self, call: Call) -> str:
        return ", ".join([*call.methods, "OPTIONS"])


class AllowMissing(Service):
    """A 405 has no Allow."""

    def find_operation(self, call: Call) -> None:
        try:
            super().find_operation(call)
        except RefusedError as refused:
            raise RefusedError(405, refused.detail) from None


class PatchIsPut(Service):
    """PATCH is another PUT."""

    def paths(self) -> Paths:
        return {**PATHS, ITEM: {**PATHS[ITEM], "PATCH": "replace_item"}}


class EchoAnswersGet(Service):
    """GET /echo answers as /hello does."""

    def paths(self) -> Paths:
        return {**PATHS, "/echo": {**PATHS["/echo"], "GET": "hello"}}


class MethodOverridden(Service):
    """X-HTTP-Method-Override is the method."""

    def perform(self, request: Request) -> Response:
        request.method = request.headers.get("X-HTTP-Method-Override", request.method)
        return super().perform(request)


class UnknownMethod501(Service):
    """TRACE is 501."""

    def perform(self, request: Request) -> Response:
        if request.method == "TRACE":
            return Response(501)
        return super().perform(request)
