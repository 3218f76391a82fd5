"""What HTTP asks for on every path, and a framework for ASGI leaves to others."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import problem


def head_as_get(app: ASGIApp) -> ASGIApp:
    """The server leaves the body of the answer out, for it knows the method that was sent."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "HEAD":
            scope = {**scope, "method": "GET"}
        await app(scope, receive, send)

    return middleware


def read_body_first(app: ASGIApp) -> ASGIApp:
    """Read the whole body before anything can refuse the request.

    The server closes a connection of which it has not read all: a proxy that has already sent the next
    request on it would answer 502 to that one.
    """

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await app(scope, receive, send)
        announced = int(dict(scope["headers"]).get(b"content-length", 0))
        body = bytearray()
        message: Message = {"more_body": True}
        while message.get("more_body"):
            # of a body that is larger than 1 MiB, but not by far, the route decides what is wrong with it
            if max(announced, len(body)) > 2**21:
                refusal = problem(413, "The body is larger than 1 MiB.", {"Connection": "close"})
                return await refusal(scope, receive, send)
            message = await receive()
            body += message.get("body", b"")

        messages: list[Message] = [{**message, "body": bytes(body)}]

        async def receive_whole() -> Message:
            return messages.pop() if messages else await receive()

        return await app(scope, receive_whole, send)

    return middleware
