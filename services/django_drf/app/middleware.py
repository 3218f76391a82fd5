import io
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]

DRAINED = 2**24  # bytes: so much of a body that is too large is read, to be thrown away


def no_store(get_response: GetResponse) -> GetResponse:
    """No cache keeps an answer: a moment later the item may be another."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class EndedEarly(io.RawIOBase):
    """A body that is not whole. Django makes an UnreadablePostError of the OSError."""

    def readinto(self, _buffer: object, /) -> int:
        raise OSError("the body ended early")


class WholeBody:
    """WSGI middleware that reads each body before Django does.

    Django would take a body in chunks for none, because it has no Content-Length, and one that ended early
    for a whole one. And Gunicorn closes a connection on which a refusal left a body unread, although it said
    the contrary: a proxy may have sent the next request on it, another client's.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # JSON has no parameters (RFC 8259). Django would read queries in the charset that stands there, and
        # fail outside its error handlers where the header is malformed.
        environ["CONTENT_TYPE"] = environ.get("CONTENT_TYPE", "").partition(";")[0]
        body = read(environ)
        environ["CONTENT_LENGTH"] = "1" if body is None else str(len(body))
        environ["wsgi.input"] = EndedEarly() if body is None else io.BytesIO(body)
        return self.application(environ, start_response)


def read(environ: dict[str, Any]) -> bytes | None:
    """The body, or of one that is too large so much that Django sees it; None if it is not whole."""
    stream, limit = environ["wsgi.input"], settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        body: bytes = stream.read(limit + 1)
        size = len(body)
        while limit < size < DRAINED and (rest := stream.read(2**16)):
            size += len(rest)
    except OSError:
        return None
    whole = size > limit or size == int(environ.get("CONTENT_LENGTH") or size)
    return body if whole else None
