from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import REAL, BigInteger, Double, Integer, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

BIGINT = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    pass


# An object that was committed is answered as it was written, not read once more.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class Item(db.Model):  # type: ignore[misc, name-defined]  # a class that is made at run time
    __tablename__ = "items"
    # AUTOINCREMENT: an id that was given once is never given again. Nor is one of an identity.
    __table_args__ = {"sqlite_autoincrement": True, "sqlite_strict": True}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[int] = mapped_column(BIGINT, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    price: Mapped[float] = mapped_column(Double().with_variant(REAL(), "sqlite"))
    quantity: Mapped[int]

    def to_dict(self) -> dict[str, object]:
        return {column.name: getattr(self, column.name) for column in self.__table__.columns}
