"""The SQL. `with db:` commits at its end, or rolls back."""

import sqlite3
from typing import Any

from .schemas import NewItem, Page

Row = dict[str, Any]


def list_items(db: sqlite3.Connection, page: Page) -> list[Row]:
    rows = db.execute(
        "SELECT id, name, description, price, quantity FROM items WHERE id > :after ORDER BY id LIMIT :limit",
        page.model_dump(),
    )
    return [dict(row) for row in rows]


def create_item(db: sqlite3.Connection, item: NewItem) -> Row:
    values = item.model_dump()
    with db:
        row = db.execute(
            "INSERT INTO items (name, description, price, quantity)"
            " VALUES (:name, :description, :price, :quantity)"
            " RETURNING id, name, description, price, quantity",
            values,
        ).fetchone()
        return _whole(row, values)


def get_item(db: sqlite3.Connection, item_id: int) -> Row | None:
    row = db.execute(
        "SELECT id, name, description, price, quantity FROM items WHERE id = ?", (item_id,)
    ).fetchone()
    return row and dict(row)


def replace_item(db: sqlite3.Connection, item_id: int, item: NewItem) -> Row | None:
    values = item.model_dump()
    with db:
        row = db.execute(
            "UPDATE items SET name = :name, description = :description, price = :price, quantity = :quantity"
            " WHERE id = :id"
            " RETURNING id, name, description, price, quantity",
            {"id": item_id, **values},
        ).fetchone()
        return row and _whole(row, values)


def delete_item(db: sqlite3.Connection, item_id: int) -> bool:
    with db:
        return db.execute("DELETE FROM items WHERE id = ?", (item_id,)).rowcount == 1


def health(db: sqlite3.Connection) -> None:
    db.execute("SELECT id FROM items LIMIT 1").fetchone()


def _whole(row: sqlite3.Row, values: Row) -> Row:
    # sqlite3 ignores a parameter that the statement does not name: a value would be lost without a word
    stored = dict(row)
    if stored != {"id": stored["id"], **values}:
        raise RuntimeError("the statement does not store the item as it was sent")
    return stored
