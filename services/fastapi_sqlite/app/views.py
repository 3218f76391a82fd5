"""The operations. `async def` runs on the event loop; `def`, what touches the database, in a thread."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from . import queries
from .db import Database
from .errors import NO_ITEM, declared
from .routing import JSONRoute
from .schemas import After, Item, ItemId, Limit, NewItem

basics = APIRouter(route_class=JSONRoute, tags=["basics"], responses=declared(500))
items = APIRouter(route_class=JSONRoute, tags=["items"], responses=declared(500, 503))


@basics.get("/hello")
async def hello() -> dict[str, str]:
    return {"message": "Hello, World!"}


@basics.post("/echo", responses=declared(400, 413, 415, 422))
async def echo(document: Annotated[Any, Body()]) -> JSONResponse:
    if not isinstance(document, dict | list):
        raise RequestValidationError([{"loc": ("body",), "msg": "Input should be an object or an array"}])
    try:
        return JSONResponse(document)
    except ValueError:  # a number beyond a double's range was read as infinity
        raise HTTPException(400, "The body has a number that is too large.") from None


@items.get("/items", response_model=list[Item], responses=declared(422))
# The default of `after` is no value of its type: a query has no null to send.
def list_items(db: Database, limit: Limit = 2000, after: After = None) -> Any:  # type: ignore[assignment]
    return queries.list_items(db, limit, after or 0)


@items.post("/items", status_code=201, response_model=Item, responses=declared(400, 413, 415, 422))
def create_item(item: NewItem, db: Database, response: Response) -> Any:
    created = queries.create_item(db, item)
    response.headers["Location"] = f"/items/{created['id']}"
    return created


@items.get("/items/{item_id}", response_model=Item, responses=declared(404))
def get_item(item_id: ItemId, db: Database) -> Any:
    if item := queries.get_item(db, item_id):
        return item
    raise HTTPException(404, NO_ITEM)


@items.put("/items/{item_id}", response_model=Item, responses=declared(400, 404, 413, 415, 422))
def replace_item(item_id: ItemId, item: NewItem, db: Database) -> Any:
    if replaced := queries.replace_item(db, item_id, item):
        return replaced
    raise HTTPException(404, NO_ITEM)


@items.delete("/items/{item_id}", status_code=204, response_class=Response, responses=declared(404))
def delete_item(item_id: ItemId, db: Database) -> None:
    if not queries.delete_item(db, item_id):
        raise HTTPException(404, NO_ITEM)


@items.get("/healthz", tags=["operation"])
def health(db: Database) -> dict[str, str]:
    queries.list_items(db, 1, 0)
    return {"status": "ok"}
