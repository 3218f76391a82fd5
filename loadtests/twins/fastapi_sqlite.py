"""FastAPI and sqlite3: a connection as a dependency, models in and out, as FastAPI's tutorial has them."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel

DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
app = FastAPI()


class ItemCreate(BaseModel):
    name: str
    description: str | None = None
    price: float
    quantity: int = 0


class Item(ItemCreate):
    id: int


def get_db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(DATABASE, check_same_thread=False)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


Database = Annotated[sqlite3.Connection, Depends(get_db)]


@app.get("/items/{item_id}", response_model=Item)
def get_item(item_id: int, db: Database) -> dict[str, Any]:
    row = db.execute("SELECT * FROM items WHERE id = ?", (item_id,)).fetchone()
    if row is None:
        raise HTTPException(status_code=404, detail="Item not found")
    return dict(row)


@app.get("/healthz")
@app.get("/hello")
async def hello() -> dict[str, str]:
    return {"message": "Hello, World!"}


@app.post("/echo")
async def echo(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


@app.get("/items", response_model=list[Item])
def list_items(db: Database) -> Any:
    return [dict(row) for row in db.execute("SELECT * FROM items ORDER BY id")]


@app.post("/items", response_model=Item, status_code=201)
def create_item(item: ItemCreate, db: Database) -> Any:
    columns = "(name, description, price, quantity) VALUES (:name, :description, :price, :quantity)"
    cursor = db.execute(f"INSERT INTO items {columns}", item.model_dump())
    db.commit()
    return get_item(cursor.lastrowid or 0, db)


@app.put("/items/{item_id}", response_model=Item)
def replace_item(item_id: int, item: ItemCreate, db: Database) -> Any:
    columns = "name = :name, description = :description, price = :price, quantity = :quantity"
    db.execute(f"UPDATE items SET {columns} WHERE id = :id", {**item.model_dump(), "id": item_id})
    db.commit()
    return get_item(item_id, db)


@app.delete("/items/{item_id}", status_code=204)
def delete_item(item_id: int, db: Database) -> None:
    db.execute("DELETE FROM items WHERE id = ?", (item_id,))
    db.commit()
