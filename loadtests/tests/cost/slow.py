"""An application that does nothing, and for an item a little more than that."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

MORE = int(os.environ["MORE"])


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    sum(range(MORE if environ["PATH_INFO"].startswith("/items") else 0))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]
