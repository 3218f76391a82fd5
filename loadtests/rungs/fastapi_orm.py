"""The service, and its two reads the other way."""

from typing import Any

from fastapi import HTTPException
from sqlmodel import col, select

from app.db import SessionDep
from app.main import create_app
from app.models import Item
from app.schemas import ItemPublic

app = create_app()
COLUMNS = [getattr(Item, name) for name in ItemPublic.model_fields]


@app.get("/columns/{item_id}", response_model=ItemPublic)
def get_columns(item_id: int, session: SessionDep) -> Any:
    if row := session.exec(select(*COLUMNS).where(col(Item.id) == item_id)).first():
        return row
    raise HTTPException(404)


@app.get("/objects", response_model=list[ItemPublic])
def list_objects(session: SessionDep) -> Any:
    return session.exec(select(Item).order_by(col(Item.id)).limit(2000)).all()
