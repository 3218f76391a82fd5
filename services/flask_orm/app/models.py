"""The table, and the statement of each operation: built once, so that SQLAlchemy compiles it once."""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import REAL, Text, bindparam, delete, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


db = SQLAlchemy(model_class=Base)


class Item(db.Model):  # type: ignore[misc, name-defined]  # a class that is made at run time
    __tablename__ = "items"
    # AUTOINCREMENT: an id that was given once is never given again.
    __table_args__ = {"sqlite_autoincrement": True, "sqlite_strict": True}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    price: Mapped[float] = mapped_column(REAL)
    quantity: Mapped[int]


# On the table, not on the class: rows of columns, without the bookkeeping for objects that nobody keeps.
items = db.metadata.tables["items"]

list_items = (
    select(items).where(items.c.id > bindparam("after")).order_by(items.c.id).limit(bindparam("limit"))
)
create_item = insert(items)
get_item = select(items).where(items.c.id == bindparam("item_id"))
replace_item = update(items).where(items.c.id == bindparam("item_id"))
delete_item = delete(items).where(items.c.id == bindparam("item_id"))
health = select(items.c.id).limit(1)
