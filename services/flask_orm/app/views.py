from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from sqlalchemy import delete, select, update

from .errors import Invalid
from .models import Item, db
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
        page = validate(Page, request.args.to_dict(), "query")
        columns = select(*Item.__table__.columns)  # rows, not objects: none of them is changed
        items = columns.where(Item.id > page.after).order_by(Item.id).limit(page.limit)
        return [dict(row) for row in db.session.execute(items).mappings()]

    def post(self) -> ResponseReturnValue:
        item = Item(**validate(NewItem, request.get_json()).model_dump())
        db.session.add(item)
        db.session.commit()
        return item.to_dict(), 201, {"Location": f"/items/{item.id}"}


class ItemAPI(MethodView):
    def get(self, item_id: int) -> ResponseReturnValue:
        item: Item = db.session.get(Item, item_id) or abort(404, "No item has this id.")
        return item.to_dict()

    def put(self, item_id: int) -> ResponseReturnValue:
        values = validate(NewItem, request.get_json()).model_dump()
        # One statement for all columns: an object writes those that changed, and would mix two bodies.
        replace = update(Item).where(Item.id == item_id).values(values).returning(Item)
        item: Item = db.session.scalar(replace) or abort(404, "No item has this id.")
        db.session.commit()
        return item.to_dict()

    def delete(self, item_id: int) -> ResponseReturnValue:
        # Of two at once, one finds nothing to delete. An object would be deleted twice, with a warning.
        gone = delete(Item).where(Item.id == item_id).returning(Item.id)
        if db.session.scalar(gone) is None:
            abort(404, "No item has this id.")
        db.session.commit()
        return "", 204


views.add_url_rule("/items", view_func=ItemsAPI.as_view("items"))
# One rule for all methods: with a rule for each, an id that is out of range would be 405 instead of 404.
views.add_url_rule("/items/<int(min=1, max=9007199254740991):item_id>", view_func=ItemAPI.as_view("item"))


@views.get("/healthz")
def health() -> ResponseReturnValue:
    db.session.execute(select(Item.id).limit(1))
    return {"status": "ok"}
