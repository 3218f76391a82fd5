"""The SQL. Values are bound by position: of a member that a statement forgets, sqlite3 then complains."""

from sqlite3 import Connection, Cursor
from typing import Any

from .schemas import NewItem

Row = dict[str, Any]

LIST = "SELECT id, name, description, price, quantity FROM items WHERE id > ? ORDER BY id LIMIT ?"
GET = "SELECT id, name, description, price, quantity FROM items WHERE id = ?"
CREATE = """
    INSERT INTO items (name, description, price, quantity) VALUES (?, ?, ?, ?)
    RETURNING id, name, description, price, quantity
"""
REPLACE = """
    UPDATE items SET name = ?, description = ?, price = ?, quantity = ? WHERE id = ?
    RETURNING id, name, description, price, quantity
"""
DELETE = "DELETE FROM items WHERE id = ?"


def _values(item: NewItem) -> tuple[Any, ...]:
    return tuple(item.model_dump().values())


def _rows(cursor: Cursor) -> list[Row]:
    # All of them, even of one: a statement with RETURNING commits when it has run to its end.
    return [dict(row) for row in cursor]


def list_items(db: Connection, limit: int, after: int) -> list[Row]:
    return _rows(db.execute(LIST, (after, limit)))


def get_item(db: Connection, item_id: int) -> Row | None:
    return next(iter(_rows(db.execute(GET, (item_id,)))), None)


def create_item(db: Connection, item: NewItem) -> Row:
    return _rows(db.execute(CREATE, _values(item)))[0]


def replace_item(db: Connection, item_id: int, item: NewItem) -> Row | None:
    return next(iter(_rows(db.execute(REPLACE, (*_values(item), item_id)))), None)


def delete_item(db: Connection, item_id: int) -> bool:
    return db.execute(DELETE, (item_id,)).rowcount > 0


def check(db: Connection) -> None:
    db.execute("SELECT id FROM items LIMIT 1").fetchone()
