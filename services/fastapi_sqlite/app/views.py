import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, NoReturn

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.convertors import register_url_convertor
from starlette.types import Receive, Scope, Send

from . import queries
from .db import ensure_writable, run, run_at_once, run_in_thread
from .errors import declared
from .schemas import (
    JSON,
    Document,
    Item,
    ItemId,
    ItemIdConvertor,
    JSONPieces,
    JSONRequest,
    NewItem,
    Page,
)

register_url_convertor("item_id", ItemIdConvertor())


class Operation(APIRoute):
    def __init__(self, path: str, endpoint: Callable[..., Any], **settings: Any) -> None:
        super().__init__(path, endpoint, **settings)
        # "$" also matches before a newline at the end
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + r"\Z")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def read_json(request: Request) -> Response:
            return await handler(JSONRequest(request.scope, request.receive))

        return read_json if self.body_field else handler

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        # HEAD comes here by the first operation of the path, its GET; the server leaves the body out
        if scope["method"] == "HEAD" and self.methods == {"GET"}:
            await self.app(scope, receive, send)
        else:
            await super().handle(scope, receive, send)


views = APIRouter(
    route_class=Operation,
    generate_unique_id_function=lambda route: route.name,
    responses=declared(500),
)


def _no_item() -> NoReturn:
    raise HTTPException(404, "No item has this id.")


# `async def` runs on the event loop; `def`, a write that may wait for the lock, in a thread of the pool.


@views.get("/hello")
async def hello() -> Response:
    return JSON({"message": "Hello, World!"})


@views.post("/echo", responses=declared(400, 413, 415, 422))
async def echo(document: Document) -> Response:
    try:
        answer = JSONResponse(document)
    except ValueError:  # a number beyond a double's range was read as infinity
        raise HTTPException(400, "The body has a number that is too large.") from None
    if not isinstance(document, dict | list):
        raise RequestValidationError(
            [{"type": "document", "loc": ("body",), "msg": "Input should be an object or an array"}]
        )
    return answer


@views.get("/items", response_model=list[Item], responses=declared(422, 503))
@views.get("/items/", include_in_schema=False)
async def list_items(page: Annotated[Page, Query()]) -> Response:
    if page.limit or await run_at_once(queries.is_short, page.after):
        return JSON(await run_at_once(queries.list_items, page.limit, page.after))
    # JSON is made where the rows are read: of a million it takes a second
    return JSONPieces(await run_in_thread(lambda db: list(queries.list_in_pieces(db, page.after))))


@views.post("/items", status_code=201, response_model=Item, responses=declared(400, 413, 415, 422, 503))
@views.post("/items/", include_in_schema=False)
def create_item(item: NewItem) -> Response:
    created = run(queries.create_item, item)
    return JSON(created, 201, {"Location": f"/items/{created['id']}"})


@views.get("/items/{item_id:item_id}", response_model=Item, responses=declared(404, 503))
async def get_item(item_id: ItemId) -> Response:
    return JSON(await run_at_once(queries.get_item, item_id) or _no_item())


@views.put("/items/{item_id:item_id}", response_model=Item, responses=declared(400, 404, 413, 415, 422, 503))
def replace_item(item_id: ItemId, item: NewItem) -> Response:
    return JSON(run(queries.replace_item, item_id, item) or _no_item())


@views.delete("/items/{item_id:item_id}", status_code=204, responses=declared(404, 503))
def delete_item(item_id: ItemId) -> Response:
    if not run(queries.delete_item, item_id):
        _no_item()
    return Response(status_code=204)


@views.get("/healthz", responses=declared(503))
async def health() -> Response:
    await run_at_once(queries.health)
    ensure_writable()
    return JSON({"status": "ok"})
