import io
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def no_store(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware. No cache keeps an answer: a moment later the item may be another."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def readable(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """WSGI middleware. What Django cannot read of a request gets the form that it can."""

    def middleware(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        # JSON has no parameters (RFC 8259). Django would read queries in the charset that stands there, and
        # fail outside its error handlers where the header is malformed.
        # Nor is there a `*` in it: the framework would take it for any type, as in an Accept.
        environ["CONTENT_TYPE"] = environ.get("CONTENT_TYPE", "").partition(";")[0].replace("*", "")
        if "HTTP_TRANSFER_ENCODING" in environ:  # a body in chunks, which Django would take for none
            try:
                body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
                environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            except OSError:  # it ended early, which the parser sees by the length
                environ |= {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "1"}
        return application(environ, start_response)

    return middleware
