from collections.abc import Iterable, Iterator
from sqlite3 import Connection
from typing import Any

import orjson

from .db import Row
from .schemas import NewItem

PIECE = 2000  # items


def _items(rows: Iterable[tuple[Any, ...]]) -> list[Row]:
    return [
        {"id": item_id, "name": name, "description": description, "price": price, "quantity": quantity}
        for item_id, name, description, price, quantity in rows
    ]


def list_items(db: Connection, limit: int | None, after: int | None) -> Iterator[bytes]:
    """JSON, in pieces: a million objects at once take five times the memory of their JSON."""
    cursor = db.execute(
        "SELECT id, name, description, price, quantity FROM items WHERE id > ? ORDER BY id LIMIT ?",
        (after or 0, -1 if limit is None else limit),
    )
    before = b"["
    while rows := cursor.fetchmany(PIECE):
        yield before + orjson.dumps(_items(rows))[1:-1]
        before = b","
    yield b"]" if before == b"," else b"[]"


def create_item(db: Connection, item: NewItem) -> Row:
    values = item.model_dump()
    cursor = db.execute(
        "INSERT INTO items (name, description, price, quantity)"
        " VALUES (:name, :description, :price, :quantity)",
        values,
    )
    return {"id": cursor.lastrowid, **values}


def get_item(db: Connection, item_id: int) -> Row | None:
    found = _items(
        db.execute("SELECT id, name, description, price, quantity FROM items WHERE id = ?", (item_id,))
    )
    return found[0] if found else None


def replace_item(db: Connection, item_id: int, item: NewItem) -> Row | None:
    values = {"id": item_id, **item.model_dump()}
    cursor = db.execute(
        "UPDATE items SET name = :name, description = :description, price = :price, quantity = :quantity"
        " WHERE id = :id",
        values,
    )
    return values if cursor.rowcount else None


def delete_item(db: Connection, item_id: int) -> bool:
    return db.execute("DELETE FROM items WHERE id = ?", (item_id,)).rowcount > 0


def health(db: Connection) -> None:
    db.execute("SELECT id FROM items LIMIT 1").fetchone()
