import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TypeVar

import orjson
from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from sqlalchemy import CursorResult

from . import db, models
from .errors import InvalidError, details
from .schemas import BODY_MAX, NewItem, Page

JSON_TYPE = re.compile(r'application/json[ \t]*(;[ \t]*charset=("utf-8"|utf-8)[ \t]*)?', re.IGNORECASE)

Model = TypeVar("Model", bound=BaseModel)

PIECE = 2000  # items

views = Blueprint("items", __name__)


@views.before_app_request
def _one_slash() -> None:
    if request.environ["PATH_INFO"].startswith("//"):  # Werkzeug takes //items for /items
        abort(404)


def _body() -> Any:
    if not JSON_TYPE.fullmatch(request.headers.get("Content-Type", "")):
        abort(415, "The body must be application/json.")
    if (request.content_length or 0) > BODY_MAX:
        abort(413)
    data = request.get_data(cache=False)
    if len(data) > BODY_MAX:  # Werkzeug cuts a chunked body at MAX_CONTENT_LENGTH and says nothing
        abort(413)
    if request.content_length not in (None, len(data)):
        abort(400, "The body ended early.")
    try:
        return from_json(data, allow_inf_nan=False)
    except ValueError:
        abort(400, "The body is not valid JSON.")


def _valid(model: type[Model], location: str, value: object) -> Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidError(location, details(error)) from None


def _items(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [
        {"id": item_id, "name": name, "description": description, "price": price, "quantity": quantity}
        for item_id, name, description, price, quantity in rows
    ]


def _in_pieces(found: CursorResult[Any]) -> Iterator[bytes]:
    """JSON, in pieces: a million objects at once take five times the memory of their JSON."""
    before = b"["
    for rows in found.partitions(PIECE):
        yield before + orjson.dumps(_items(rows))[1:-1]
        before = b","
    yield b"]" if before == b"," else b"[]"


def _no_item() -> NoReturn:
    abort(404, "No item has this id.")


@views.get("/hello")
def hello() -> ResponseReturnValue:
    return {"message": "Hello, World!"}


@views.post("/echo")
def echo() -> ResponseReturnValue:
    document = _body()
    try:
        answer = json.dumps(document, allow_nan=False)
    except ValueError:  # a number beyond a double's range was read as infinity
        abort(400, "The body has a number that is too large.")
    if not isinstance(document, dict | list):
        raise InvalidError("body", {"": "Input should be an object or an array"})
    return Response(answer, mimetype="application/json")


@views.get("/items", strict_slashes=False)
def list_items() -> ResponseReturnValue:
    page = _valid(Page, "query", dict(request.args.items(multi=True)))
    limit = -1 if page.limit is None else page.limit
    with db.connection() as connection:
        found = connection.execute(models.list_items, {"after": page.after or 0, "limit": limit})
        # all of them, before the answer begins: an error is still an answer of its own then
        pieces = list(_in_pieces(found))
    return Response(pieces, mimetype="application/json")


@views.post("/items", strict_slashes=False)
def create_item() -> ResponseReturnValue:
    values = _valid(NewItem, "body", _body()).model_dump()
    with db.connection() as connection:
        item_id = connection.execute(models.create_item, values).lastrowid
    return {"id": item_id, **values}, 201, {"Location": f"/items/{item_id}"}


@views.get("/items/<item_id:item_id>")
def get_item(item_id: int) -> ResponseReturnValue:
    with db.connection() as connection:
        found = _items(connection.execute(models.get_item, {"item_id": item_id}).all())
    return found[0] if found else _no_item()


@views.put("/items/<item_id:item_id>")
def replace_item(item_id: int) -> ResponseReturnValue:
    values = _valid(NewItem, "body", _body()).model_dump()
    with db.connection() as connection:
        found = connection.execute(models.replace_item, {"item_id": item_id, **values}).rowcount
    return {"id": item_id, **values} if found else _no_item()


@views.delete("/items/<item_id:item_id>")
def delete_item(item_id: int) -> ResponseReturnValue:
    with db.connection() as connection:
        found = connection.execute(models.delete_item, {"item_id": item_id}).rowcount
    return ("", 204) if found else _no_item()


@views.get("/healthz")
def health() -> ResponseReturnValue:
    with db.connection() as connection:
        connection.execute(models.health)
    db.ensure_writable()
    return {"status": "ok"}
