# ruff: noqa: INP001 - a single file that Gunicorn loads
"""What the server alone costs: no framework, no database, the bytes of the answer ready."""

from collections.abc import Awaitable, Callable
from typing import Any

READY = {"/healthz": b'{"status":"ok"}', "/hello": b'{"message":"Hello, World!"}'}

Message = dict[str, Any]


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    if scope["type"] == "lifespan":
        await live(receive, send)
        return
    path, status = scope["path"], 200
    if path == "/echo":
        body = await received(receive)
    elif (body := READY.get(path, b"")) == b"":
        status = 404
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def live(receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
    """It has nothing to do at its start and its end, and says so."""
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})


async def received(receive: Callable[[], Awaitable[Message]]) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body
