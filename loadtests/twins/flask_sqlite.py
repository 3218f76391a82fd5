"""Flask and sqlite3, as Flask's tutorial has it."""

import os
import sqlite3

from flask import Flask, abort, g, jsonify, request
from flask.typing import ResponseReturnValue

DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")

app = Flask(__name__)


def get_db() -> sqlite3.Connection:
    if "db" not in g:
        g.db = sqlite3.connect(DATABASE, detect_types=sqlite3.PARSE_DECLTYPES)
        g.db.row_factory = sqlite3.Row
    return g.db  # type: ignore[no-any-return]


@app.teardown_appcontext
def close_db(_error: BaseException | None = None) -> None:
    if "db" in g:
        g.pop("db").close()


def find(item_id: int) -> sqlite3.Row:
    item: sqlite3.Row = get_db().execute("SELECT * FROM items WHERE id = ?", (item_id,)).fetchone() or abort(
        404
    )
    return item


@app.get("/healthz")
@app.get("/hello")
def hello() -> ResponseReturnValue:
    return jsonify(message="Hello, World!")


@app.post("/echo")
def echo() -> ResponseReturnValue:
    return jsonify(request.get_json())


@app.get("/items")
def list_items() -> ResponseReturnValue:
    items = get_db().execute("SELECT * FROM items ORDER BY id").fetchall()
    return jsonify([dict(item) for item in items])


@app.post("/items")
def create_item() -> ResponseReturnValue:
    db = get_db()
    columns = "(name, description, price, quantity) VALUES (:name, :description, :price, :quantity)"
    cursor = db.execute(f"INSERT INTO items {columns}", request.get_json())
    db.commit()
    return jsonify(dict(find(cursor.lastrowid or 0))), 201


@app.get("/items/<int:item_id>")
def get_item(item_id: int) -> ResponseReturnValue:
    return jsonify(dict(find(item_id)))


@app.put("/items/<int:item_id>")
def replace_item(item_id: int) -> ResponseReturnValue:
    db = get_db()
    columns = "name = :name, description = :description, price = :price, quantity = :quantity"
    db.execute(f"UPDATE items SET {columns} WHERE id = :id", {**request.get_json(), "id": item_id})
    db.commit()
    return jsonify(dict(find(item_id)))


@app.delete("/items/<int:item_id>")
def delete_item(item_id: int) -> ResponseReturnValue:
    get_db().execute("DELETE FROM items WHERE id = ?", (item_id,))
    get_db().commit()
    return "", 204
