# ruff: noqa: INP001 - a single file that Gunicorn loads
"""What the server alone costs: no framework, no database, the bytes of the answer ready."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

READY = {"/healthz": b'{"status":"ok"}', "/hello": b'{"message":"Hello, World!"}'}


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    path, status = environ["PATH_INFO"], "200 OK"
    if path == "/echo":
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    elif (body := READY.get(path, b"")) == b"":
        status = "404 Not Found"
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
