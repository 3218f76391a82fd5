"""An application that does a little more than nothing."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

MORE = int(os.environ["MORE"])


def app(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    sum(range(MORE))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]
