"""What HTTP asks for on every path, and a framework for ASGI leaves to others."""

from anyio import move_on_after
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UNREAD_MAX = 4 * 2**20  # bytes
UNREAD_SECONDS = 1.0


class HeadMiddleware:
    """HEAD is routed as GET. The server leaves the body out, for it knows the method that was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)


class UnreadBodyMiddleware:
    """Reads what is left of a body before the answer, or says that the connection ends with it.

    The server closes a connection of which it has not read all: a proxy that has already sent the next
    request on it would answer 502 to that one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"]) if scope["type"] == "http" else {}
        if not headers.keys() & {b"content-length", b"transfer-encoding"}:
            return await self.app(scope, receive, send)
        unread = True

        async def receive_body() -> Message:
            nonlocal unread
            message = await receive()
            unread = message.get("more_body", False)
            return message

        async def send_answer(message: Message) -> None:
            if unread and message["type"] == "http.response.start":
                # Who expects "100 Continue" has not sent the body, and need not.
                left = 0 if b"expect" in headers else UNREAD_MAX
                with move_on_after(UNREAD_SECONDS):
                    while unread and left > 0:
                        left -= len((await receive_body()).get("body", b""))
                if unread:
                    message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        return await self.app(scope, receive_body, send_answer)
