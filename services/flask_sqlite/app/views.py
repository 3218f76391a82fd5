import json
import re
from typing import Any, NoReturn, TypeVar

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from . import queries
from .db import connection, ensure_writable
from .errors import InvalidError, details
from .schemas import BODY_MAX, NewItem, Page

JSON_TYPE = re.compile(r'application/json[ \t]*(;[ \t]*charset=("utf-8"|utf-8)[ \t]*)?', re.IGNORECASE)

Model = TypeVar("Model", bound=BaseModel)

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
    # all of them, before the answer begins: an error is still an answer of its own then
    pieces = list(queries.list_items(connection(), page.limit, page.after))
    return Response(pieces, mimetype="application/json")


@views.post("/items", strict_slashes=False)
def create_item() -> ResponseReturnValue:
    item = queries.create_item(connection(), _valid(NewItem, "body", _body()))
    return item, 201, {"Location": f"/items/{item['id']}"}


@views.get("/items/<item_id:item_id>")
def get_item(item_id: int) -> ResponseReturnValue:
    return queries.get_item(connection(), item_id) or _no_item()


@views.put("/items/<item_id:item_id>")
def replace_item(item_id: int) -> ResponseReturnValue:
    return queries.replace_item(connection(), item_id, _valid(NewItem, "body", _body())) or _no_item()


@views.delete("/items/<item_id:item_id>")
def delete_item(item_id: int) -> ResponseReturnValue:
    if not queries.delete_item(connection(), item_id):
        _no_item()
    return "", 204


@views.get("/healthz")
def health() -> ResponseReturnValue:
    queries.health(connection())
    ensure_writable()
    return {"status": "ok"}
