import io
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

DRAINED = 2**24  # bytes: so much of a body that is too large is read, to be thrown away


def no_store(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware. No cache keeps an answer: a moment later the item may be another."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def whole_body(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """WSGI middleware that reads each body before Django does.

    Django would take a body in chunks for none, because it has no Content-Length. And Gunicorn closes a
    connection on which a refusal left a body unread, although it said the contrary: a proxy may have sent the
    next request on it, another client's.
    """

    def middleware(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # JSON has no parameters (RFC 8259). Django would read queries in the charset that stands there, and
        # fail outside its error handlers where the header is malformed.
        environ["CONTENT_TYPE"] = environ.get("CONTENT_TYPE", "").partition(";")[0]
        body, length = read(environ["wsgi.input"], environ.get("CONTENT_LENGTH"))
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": length}
        return application(environ, start_response)

    return middleware


def read(stream: Any, declared: str | None) -> tuple[bytes, str]:
    """The body, or as much of it as shows that it is too large, and its length as declared or counted."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        body = stream.read(limit + 1)
        size = len(body)
        while limit < size < DRAINED and (rest := stream.read(2**16)):
            size += len(rest)
    except OSError:
        return b"", "1"  # its chunks ended early
    return body, declared or str(len(body))
