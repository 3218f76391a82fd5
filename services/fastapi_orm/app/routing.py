"""What FastAPI leaves open: HEAD, and of a body its media type, its size, and that its JSON is strict."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.types import ASGIApp, Receive, Scope, Send

BODY_MAX = 2**20  # bytes


class HeadMiddleware:
    """HEAD is routed as GET. The server leaves the body out, for it knows the method that was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)


class JSONRequest(Request):
    content = b""

    async def body(self) -> bytes:
        media_type = self.headers.get("Content-Type", "").partition(";")[0]
        if media_type.strip().lower() != "application/json":
            raise HTTPException(415, "The body must be application/json.")
        if int(self.headers.get("Content-Length", 0)) > BODY_MAX:
            raise HTTPException(413, "The body is larger than 1 MiB.")
        content = bytearray()
        async for chunk in self.stream():
            content += chunk
            if len(content) > BODY_MAX:
                raise HTTPException(413, "The body is larger than 1 MiB.")
        if not content:
            raise HTTPException(400, "The body is empty.")
        self.content = bytes(content)
        return self.content

    async def json(self) -> Any:
        # json.loads() would take NaN, lone surrogates, other encodings, and any depth up to a RecursionError
        try:
            return from_json(self.content, allow_inf_nan=False)
        except ValueError:
            raise HTTPException(400, "The body is not valid JSON.") from None


class JSONRoute(APIRoute):
    """Hands its operation a JSONRequest, as FastAPI's page "Custom Request and APIRoute class" has it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(JSONRequest(request.scope, request.receive))

        return handle
