"""Flask and Flask-SQLAlchemy, as the extension's quickstart has it."""

import os

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)
app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
db.init_app(app)


class Item(db.Model):  # type: ignore[misc, name-defined]  # a class that is made at run time
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str | None]
    price: Mapped[float]
    quantity: Mapped[int]

    def to_dict(self) -> dict[str, object]:
        return {column.name: getattr(self, column.name) for column in self.__table__.columns}


@app.get("/healthz")
@app.get("/hello")
def hello() -> ResponseReturnValue:
    return jsonify(message="Hello, World!")


@app.post("/echo")
def echo() -> ResponseReturnValue:
    return jsonify(request.get_json())


@app.get("/items")
def list_items() -> ResponseReturnValue:
    items = db.session.execute(db.select(Item).order_by(Item.id)).scalars()
    return jsonify([item.to_dict() for item in items])


@app.post("/items")
def create_item() -> ResponseReturnValue:
    item = Item(**request.get_json())
    db.session.add(item)
    db.session.commit()
    return jsonify(item.to_dict()), 201


@app.get("/items/<int:item_id>")
def get_item(item_id: int) -> ResponseReturnValue:
    return jsonify(db.get_or_404(Item, item_id).to_dict())


@app.put("/items/<int:item_id>")
def replace_item(item_id: int) -> ResponseReturnValue:
    item = db.get_or_404(Item, item_id)
    for name, value in request.get_json().items():
        setattr(item, name, value)
    db.session.commit()
    return jsonify(item.to_dict())


@app.delete("/items/<int:item_id>")
def delete_item(item_id: int) -> ResponseReturnValue:
    db.session.delete(db.get_or_404(Item, item_id))
    db.session.commit()
    return "", 204
