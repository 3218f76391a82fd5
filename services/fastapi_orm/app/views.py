"""The operations. `async def` runs on the event loop; `def`, what touches the database, in a thread."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, HTTPException, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlmodel import col, delete, select, update

from .db import SessionDep
from .errors import NO_ITEM, declared
from .models import Item
from .routing import JSONRoute
from .schemas import After, ItemId, ItemPublic, Limit, NewItem

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


@items.get("/items", response_model=list[ItemPublic], responses=declared(422))
# The default of `after` is no value of its type: a query has no null to send.
def list_items(session: SessionDep, limit: Limit = 2000, after: After = None) -> Any:  # type: ignore[assignment]
    # columns, not objects: a page is read and forgotten, and the session need not keep 2,000 items
    columns = [getattr(Item, name) for name in ItemPublic.model_fields]
    statement = select(*columns).where(col(Item.id) > (after or 0)).order_by(col(Item.id))
    return session.exec(statement.limit(limit)).all()


@items.post("/items", status_code=201, response_model=ItemPublic, responses=declared(400, 413, 415, 422))
def create_item(new: NewItem, session: SessionDep, response: Response) -> Item:
    item = Item(**new.model_dump())
    session.add(item)
    session.commit()
    response.headers["Location"] = f"/items/{item.id}"
    return item


@items.get("/items/{item_id}", response_model=ItemPublic, responses=declared(404))
def get_item(item_id: ItemId, session: SessionDep) -> Item:
    if item := session.get(Item, item_id):
        return item
    raise HTTPException(404, NO_ITEM)


@items.put("/items/{item_id}", response_model=ItemPublic, responses=declared(400, 404, 413, 415, 422))
def replace_item(item_id: ItemId, new: NewItem, session: SessionDep) -> Item:
    # one statement: a unit of work writes only what it saw change, and would mix two bodies
    statement = update(Item).where(col(Item.id) == item_id).values(new.model_dump()).returning(Item)
    item: Item | None = session.exec(statement).scalar_one_or_none()
    session.commit()
    if item is None:
        raise HTTPException(404, NO_ITEM)
    return item


@items.delete("/items/{item_id}", status_code=204, response_class=Response, responses=declared(404))
def delete_item(item_id: ItemId, session: SessionDep) -> None:
    deleted = session.exec(delete(Item).where(col(Item.id) == item_id)).rowcount
    session.commit()
    if not deleted:
        raise HTTPException(404, NO_ITEM)


@items.get("/healthz", tags=["operation"])
def health(session: SessionDep) -> dict[str, str]:
    session.exec(select(Item.id).limit(1)).first()
    return {"status": "ok"}
