"""What FastAPI leaves open of a body: its media type, its size, and that its JSON is strict."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json

BODY_MAX = 2**20  # bytes


class JSONRequest(Request):
    async def body(self) -> bytes:
        media_type = self.headers.get("Content-Type", "").partition(";")[0]
        if media_type.strip().lower() != "application/json":
            raise HTTPException(415, "The body must be application/json.")
        if len(body := await super().body()) > BODY_MAX:
            raise HTTPException(413, "The body is larger than 1 MiB.")
        if not body:
            raise HTTPException(400, "The body is empty.")
        return body

    async def json(self) -> Any:
        # json.loads() would take NaN, lone surrogates, other encodings, and any depth up to a RecursionError
        try:
            return from_json(await super().body(), allow_inf_nan=False)
        except ValueError:
            raise HTTPException(400, "The body is not valid JSON.") from None


class JSONRoute(APIRoute):
    """Reads a body as JSONRequest does (FastAPI's documentation: "Custom Request and APIRoute class")."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(JSONRequest(request.scope, request.receive))

        return handle if self.body_field else handler
