from collections.abc import Iterable, Iterator
from sqlite3 import Connection
from typing import Any

import orjson

from .db import Row
from .schemas import NewItem

SHORT = 2000  # items: listed in a millisecond or two, less than a thread may keep the interpreter to itself


def _items(rows: Iterable[tuple[Any, ...]]) -> list[Row]:
    return [
        {"id": item_id, "name": name, "description": description, "price": price, "quantity": quantity}
        for item_id, name, description, price, quantity in rows
    ]


LIST = "SELECT id, name, description, price, quantity FROM items WHERE id > ? ORDER BY id LIMIT ?"


def list_items(db: Connection, limit: int | None, after: int | None) -> list[Row]:
    return _items(db.execute(LIST, (after or 0, -1 if limit is None else limit)))


def list_in_pieces(db: Connection, after: int | None) -> Iterator[bytes]:
    """JSON, SHORT items in a piece: a million objects at once take five times the memory of their JSON."""
    cursor = db.execute(LIST, (after or 0, -1))
    before = b"["
    while rows := cursor.fetchmany(SHORT):
        yield before + orjson.dumps(_items(rows))[1:-1]
        before = b","
    yield b"]" if before == b"," else b"[]"


def is_short(db: Connection, after: int | None) -> bool:
    """Whether the list of all items has no more than SHORT: there are at least as many ids."""
    (largest,) = db.execute("SELECT max(id) FROM items").fetchone()
    return (largest or 0) - (after or 0) <= SHORT


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
