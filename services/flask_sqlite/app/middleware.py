"""Between the server and Flask: what matters to the connection, not to the application."""

from collections.abc import Iterable
from contextlib import suppress
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

UNREAD_MAX = 32 * 2**20  # bytes


def read_to_the_end(application: WSGIApplication) -> WSGIApplication:
    """Read what is left of a refused body before the answer leaves.

    Gunicorn promises to keep the connection, and then closes it if more than 64 KiB are unread. A proxy
    may have sent another client's request on it by then, which would be lost.
    """

    def wrapper(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # A WebSocket handshake is an ordinary request: Werkzeug would look for WebSocket routes alone.
        environ.pop("HTTP_UPGRADE", None)
        answer = application(environ, start_response)
        # Only where the server ends the stream: elsewhere a read beyond the end would wait for ever.
        if environ.get("wsgi.input_terminated") and int(environ.get("CONTENT_LENGTH") or 0) <= UNREAD_MAX:
            with suppress(Exception):  # a body that cannot be read is no reason to withhold the answer
                for _ in range(UNREAD_MAX // 2**16):
                    if not environ["wsgi.input"].read(2**16):
                        break
        return answer

    return wrapper
