from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from . import queries
from .db import get_db
from .errors import Invalid
from .schemas import NewItem, Page, validate

views = Blueprint("items", __name__)


@views.get("/hello")
def hello() -> ResponseReturnValue:
    return {"message": "Hello, World!"}


@views.post("/echo")
def echo() -> ResponseReturnValue:
    document = request.get_json()
    if not isinstance(document, dict | list):
        raise Invalid("body", {"": "Input should be an object or an array"})
    try:
        return jsonify(document)
    except ValueError:  # a number beyond a double's range was read as infinity
        abort(400, "A number in the body is too large.")


class ItemsAPI(MethodView):
    def get(self) -> ResponseReturnValue:
        return queries.list_items(get_db(), validate(Page, request.args.to_dict(), "query"))

    def post(self) -> ResponseReturnValue:
        item = queries.create_item(get_db(), validate(NewItem, request.get_json()))
        return item, 201, {"Location": f"/items/{item['id']}"}


class ItemAPI(MethodView):
    def get(self, item_id: int) -> ResponseReturnValue:
        return queries.get_item(get_db(), item_id) or abort(404, "No item has this id.")

    def put(self, item_id: int) -> ResponseReturnValue:
        item = validate(NewItem, request.get_json())
        return queries.replace_item(get_db(), item_id, item) or abort(404, "No item has this id.")

    def delete(self, item_id: int) -> ResponseReturnValue:
        if not queries.delete_item(get_db(), item_id):
            abort(404, "No item has this id.")
        return "", 204


views.add_url_rule("/items", view_func=ItemsAPI.as_view("items"))
# One rule for all methods: with a rule for each, an id that is out of range would be 405 instead of 404.
views.add_url_rule("/items/<int(min=1, max=9007199254740991):item_id>", view_func=ItemAPI.as_view("item"))


@views.get("/healthz")
def health() -> ResponseReturnValue:
    queries.health(get_db())
    return {"status": "ok"}
