import re
from collections.abc import Callable, Coroutine, Iterable, Iterator
from typing import Annotated, Any, NoReturn

import orjson
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy import Connection, CursorResult
from sqlmodel import bindparam, delete, func, insert, select, update
from starlette.convertors import register_url_convertor
from starlette.types import Receive, Scope, Send

from .db import ensure_writable, run, run_at_once, run_in_thread
from .errors import declared
from .models import (
    JSON,
    Document,
    Item,
    ItemBody,
    ItemId,
    ItemIdConvertor,
    JSONPieces,
    JSONRequest,
    Page,
    items,
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

SHORT = 2000  # items: listed in a millisecond or two, less than a thread may keep the interpreter to itself

# Built once: SQLAlchemy takes longer to build a statement than to run it. On the columns of the table: a row
# that is selected by the attributes of the class passes through the ORM's loader.
ITEMS = select(*(items.c[name] for name in ("id", "name", "description", "price", "quantity")))
LIST = ITEMS.where(items.c.id > bindparam("after")).order_by(items.c.id).limit(bindparam("limit"))
LARGEST = select(func.max(items.c.id))
CREATE = insert(items)
GET = ITEMS.where(items.c.id == bindparam("item_id"))
REPLACE = update(items).where(items.c.id == bindparam("item_id"))
DELETE = delete(items).where(items.c.id == bindparam("item_id"))


def _rows(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [
        {"id": item_id, "name": name, "description": description, "price": price, "quantity": quantity}
        for item_id, name, description, price, quantity in rows
    ]


def _in_pieces(found: CursorResult[Any]) -> Iterator[bytes]:
    """JSON, SHORT items in a piece: a million objects at once take five times the memory of their JSON."""
    before = b"["
    for rows in found.partitions(SHORT):
        yield before + orjson.dumps(_rows(rows))[1:-1]
        before = b","
    yield b"]" if before == b"," else b"[]"


def _is_short(db: Connection, page: Page) -> bool:
    """Whether the list of all items has no more than SHORT: there are at least as many ids."""
    return (db.execute(LARGEST).scalar() or 0) - (page.after or 0) <= SHORT


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
    params = {"after": page.after or 0, "limit": page.limit or -1}
    if page.limit or await run_at_once(lambda db: _is_short(db, page)):
        return await run_at_once(lambda db: JSON(_rows(db.execute(LIST, params).all())))
    # JSON is made where the rows are read: of a million it takes a second
    return JSONPieces(await run_in_thread(lambda db: list(_in_pieces(db.execute(LIST, params)))))


@views.post("/items", status_code=201, response_model=Item, responses=declared(400, 413, 415, 422, 503))
@views.post("/items/", include_in_schema=False)
def create_item(item: ItemBody) -> Response:
    values = item.model_dump()
    item_id = run(lambda db: db.execute(CREATE, values).lastrowid)
    return JSON({"id": item_id, **values}, 201, {"Location": f"/items/{item_id}"})


@views.get("/items/{item_id:item_id}", response_model=Item, responses=declared(404, 503))
async def get_item(item_id: ItemId) -> Response:
    found = await run_at_once(lambda db: _rows(db.execute(GET, {"item_id": item_id})))
    return JSON(found[0] if found else _no_item())


@views.put("/items/{item_id:item_id}", response_model=Item, responses=declared(400, 404, 413, 415, 422, 503))
def replace_item(item_id: ItemId, item: ItemBody) -> Response:
    values = item.model_dump()
    found = run(lambda db: db.execute(REPLACE, {"item_id": item_id, **values}).rowcount)
    return JSON({"id": item_id, **values} if found else _no_item())


@views.delete("/items/{item_id:item_id}", status_code=204, responses=declared(404, 503))
def delete_item(item_id: ItemId) -> Response:
    if not run(lambda db: db.execute(DELETE, {"item_id": item_id}).rowcount):
        _no_item()
    return Response(status_code=204)


@views.get("/healthz", responses=declared(503))
async def health() -> Response:
    await run_at_once(lambda db: db.execute(GET, {"item_id": 0}).first())
    ensure_writable()
    return JSON({"status": "ok"})
