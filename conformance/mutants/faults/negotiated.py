"""Faults of headers that a framework acts on, and the contract does not."""

import gzip

from ..server import Request, Response
from ..service import Service


class AcceptNegotiated(Service):
    """Accept: application/xml is 406."""

    def answer(self, request: Request) -> Response:
        if "json" in (accept := request.headers.get("Accept", "*/*")) or "*/*" in accept:
            return super().answer(request)
        return Response(406, headers={"Content-Length": "0"})


class AcceptGetsHTML(Service):
    """Accept: text/html gets a page."""

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        if "text/html" in request.headers.get("Accept", "") and "Content-Type" in response.headers:
            response.headers["Content-Type"] = "text/html"
        return response


class AnswersCompressed(Service):
    """Accept-Encoding: gzip gets just that."""

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        if "gzip" in request.headers.get("Accept-Encoding", "") and response.body:
            response.body = gzip.compress(response.body)
            response.headers |= {"Content-Encoding": "gzip", "Content-Length": str(len(response.body))}
        return response


class ConditionAnswered(Service):
    """If-None-Match: * is 304."""

    def perform(self, request: Request) -> Response:
        response = super().perform(request)
        return Response(304) if request.headers.get("If-None-Match") == "*" else response


class RangeAnswered(Service):
    """Range: bytes=0-3 is 206."""

    def perform(self, request: Request) -> Response:
        response = super().perform(request)
        if "bytes=0-" in request.headers.get("Range", "") and response.status == 200:
            return Response(206, response.body[:4], {**response.headers, "Content-Range": "bytes 0-3/*"})
        return response


class TokenWanted(Service):
    """A cookie without its token is 403, as with Django's forms."""

    def perform(self, request: Request) -> Response:
        if "Cookie" in request.headers and request.method not in {"GET", "HEAD"}:
            return Response(403)
        return super().perform(request)
