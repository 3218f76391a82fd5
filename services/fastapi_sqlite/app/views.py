"""The operations. `async def` runs on the event loop; `def`, what touches the database, in a thread."""

from typing import Any

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import JSONResponse

from . import queries
from .db import Database
from .errors import declared
from .routing import JSONRoute
from .schemas import After, Document, Greeting, Health, Item, ItemId, Limit, NewItem


def no_item() -> HTTPException:
    return HTTPException(404, "No item has this id.")


basics = APIRouter(route_class=JSONRoute, tags=["basics"], responses=declared(500))
items = APIRouter(route_class=JSONRoute, tags=["items"], responses=declared(500, 503))


@basics.get("/hello")
async def hello() -> Greeting:
    return Greeting(message="Hello, World!")


@basics.post("/echo", response_model=Document, responses=declared(400, 413, 415, 422))
async def echo(document: Document) -> JSONResponse:
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
    raise no_item()


@items.put("/items/{item_id}", response_model=Item, responses=declared(400, 404, 413, 415, 422))
def replace_item(item_id: ItemId, item: NewItem, db: Database) -> Any:
    if replaced := queries.replace_item(db, item_id, item):
        return replaced
    raise no_item()


@items.delete("/items/{item_id}", status_code=204, response_class=Response, responses=declared(404))
def delete_item(item_id: ItemId, db: Database) -> None:
    if not queries.delete_item(db, item_id):
        raise no_item()


@items.get("/healthz", tags=["operation"])
def health(db: Database) -> Health:
    queries.check(db)
    return Health(status="ok")
