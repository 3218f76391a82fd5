"""The service, and its two reads the other way."""

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.main import create_app
from app.models import Item, db

app = create_app()


@app.get("/columns/<int:item_id>")
def get_columns(item_id: int) -> ResponseReturnValue:
    row = db.session.execute(select(*Item.__table__.columns).where(Item.id == item_id)).mappings().first()
    return dict(row) if row else abort(404)


@app.get("/objects")
def list_objects() -> ResponseReturnValue:
    return [item.to_dict() for item in db.session.scalars(select(Item).order_by(Item.id).limit(2000))]
