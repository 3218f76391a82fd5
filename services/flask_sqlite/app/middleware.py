"""Between the server and Flask: what matters to the connection, not to the application."""

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

UNREAD_MAX = 32 * 2**20  # bytes
PIECE = 2**16


class Connection:
    """Leaves a connection fit for the next request."""

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        # A WebSocket handshake is an ordinary request: Werkzeug would look for WebSocket routes alone.
        environ.pop("HTTP_UPGRADE", None)
        answer = self.application(environ, start_response)
        read_rest(environ)
        return answer


def read_rest(environ: "WSGIEnvironment") -> None:
    """Read, before the answer leaves, what is left of a body that was refused.

    Gunicorn promises to keep the connection, and then closes it if more than 64 KiB are unread. A proxy
    may have sent another client's request on it by then, which would be lost.
    """
    # Only where the server ends the stream: elsewhere a read beyond the end would wait for ever.
    if environ.get("wsgi.input_terminated") and int(environ.get("CONTENT_LENGTH") or 0) <= UNREAD_MAX:
        with suppress(Exception):  # a body that cannot be read is no reason to withhold the answer
            for _ in range(UNREAD_MAX // PIECE):
                if not environ["wsgi.input"].read(PIECE):
                    break
