from sqlite3 import Connection

from .db import Row
from .schemas import NewItem


def list_items(db: Connection, limit: int | None, after: int | None) -> list[Row]:
    return db.execute(
        "SELECT id, name, description, price, quantity FROM items WHERE id > ? ORDER BY id LIMIT ?",
        (after or 0, -1 if limit is None else limit),
    ).fetchall()


def create_item(db: Connection, item: NewItem) -> Row:
    values = item.model_dump()
    cursor = db.execute(
        "INSERT INTO items (name, description, price, quantity)"
        " VALUES (:name, :description, :price, :quantity)",
        values,
    )
    return {"id": cursor.lastrowid, **values}


def get_item(db: Connection, item_id: int) -> Row | None:
    row: Row | None = db.execute(
        "SELECT id, name, description, price, quantity FROM items WHERE id = ?", (item_id,)
    ).fetchone()
    return row


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
