"""FastAPI and SQLModel, as SQLModel's tutorial for FastAPI has it."""

import os
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine(os.environ["DATABASE_URL"], connect_args={"check_same_thread": False})
app = FastAPI()


class ItemBase(SQLModel):
    name: str
    description: str | None = None
    price: float
    quantity: int = 0


class Item(ItemBase, table=True):
    __tablename__ = "items"
    __table_args__ = {"extend_existing": True}  # gunicorn.conf.py has loaded the service's table
    id: int | None = Field(default=None, primary_key=True)


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


Database = Annotated[Session, Depends(get_session)]


@app.get("/items/{item_id}", response_model=Item)
def get_item(item_id: int, session: Database) -> Item:
    if not (item := session.get(Item, item_id)):
        raise HTTPException(status_code=404, detail="Item not found")
    return item


@app.get("/healthz")
@app.get("/hello")
async def hello() -> dict[str, str]:
    return {"message": "Hello, World!"}


@app.post("/echo")
async def echo(payload: dict[str, Any]) -> dict[str, Any]:
    return payload


@app.get("/items", response_model=list[Item])
def list_items(session: Database) -> Any:
    return session.exec(select(Item)).all()


@app.post("/items", response_model=Item, status_code=201)
def create_item(item: ItemBase, session: Database) -> Any:
    created = Item.model_validate(item)
    session.add(created)
    session.commit()
    session.refresh(created)
    return created


@app.put("/items/{item_id}", response_model=Item)
def replace_item(item_id: int, item: ItemBase, session: Database) -> Any:
    replaced = get_item(item_id, session).sqlmodel_update(item.model_dump())
    session.add(replaced)
    session.commit()
    session.refresh(replaced)
    return replaced


@app.delete("/items/{item_id}", status_code=204)
def delete_item(item_id: int, session: Database) -> None:
    session.delete(get_item(item_id, session))
    session.commit()
