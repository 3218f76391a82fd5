"""The SQL. Values are bound by position: of a member that a statement forgets, sqlite3 then complains."""

from sqlite3 import Connection
from typing import Any

from .schemas import NewItem

Row = dict[str, Any]

LIST = "SELECT id, name, description, price, quantity FROM items WHERE id > ? ORDER BY id LIMIT ?"
GET = "SELECT id, name, description, price, quantity FROM items WHERE id = ?"
CREATE = "INSERT INTO items (name, description, price, quantity) VALUES (?, ?, ?, ?)"
REPLACE = "UPDATE items SET name = ?, description = ?, price = ?, quantity = ? WHERE id = ?"
DELETE = "DELETE FROM items WHERE id = ?"


def list_items(db: Connection, limit: int, after: int) -> list[Row]:
    return [dict(row) for row in db.execute(LIST, (after, limit))]


def get_item(db: Connection, item_id: int) -> Row | None:
    row = db.execute(GET, (item_id,)).fetchone()
    return row and dict(row)


def create_item(db: Connection, item: NewItem) -> Row:
    values = item.model_dump()
    return {"id": db.execute(CREATE, [*values.values()]).lastrowid, **values}


def replace_item(db: Connection, item_id: int, item: NewItem) -> Row | None:
    values = item.model_dump()
    replaced = db.execute(REPLACE, [*values.values(), item_id]).rowcount
    return {"id": item_id, **values} if replaced else None


def delete_item(db: Connection, item_id: int) -> bool:
    return db.execute(DELETE, (item_id,)).rowcount > 0
