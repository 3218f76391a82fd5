"""The SQL. `with db:` commits at its end, or rolls back."""
# ruff: noqa: S608 - the names of the columns are no input

import sqlite3
from typing import Any

from .schemas import NewItem, Page

# From the model, so that no statement forgets a member: sqlite3 would drop its value without a word.
COLUMNS = ", ".join(NewItem.model_fields)
VALUES = ", ".join(f":{name}" for name in NewItem.model_fields)

Row = dict[str, Any]


def list_items(db: sqlite3.Connection, page: Page) -> list[Row]:
    query = f"SELECT id, {COLUMNS} FROM items WHERE id > :after ORDER BY id LIMIT :limit"
    return [dict(row) for row in db.execute(query, page.model_dump())]


def create_item(db: sqlite3.Connection, item: NewItem) -> Row:
    values = item.model_dump()
    with db:
        cursor = db.execute(f"INSERT INTO items ({COLUMNS}) VALUES ({VALUES})", values)
    return {"id": cursor.lastrowid, **values}


def get_item(db: sqlite3.Connection, item_id: int) -> Row | None:
    row = db.execute(f"SELECT id, {COLUMNS} FROM items WHERE id = ?", (item_id,)).fetchone()
    return row and dict(row)


def replace_item(db: sqlite3.Connection, item_id: int, item: NewItem) -> Row | None:
    values = {"id": item_id, **item.model_dump()}
    with db:
        cursor = db.execute(f"UPDATE items SET ({COLUMNS}) = ({VALUES}) WHERE id = :id", values)
    return values if cursor.rowcount else None


def delete_item(db: sqlite3.Connection, item_id: int) -> bool:
    with db:
        return db.execute("DELETE FROM items WHERE id = ?", (item_id,)).rowcount == 1


def health(db: sqlite3.Connection) -> None:
    db.execute("SELECT id FROM items LIMIT 1").fetchone()
