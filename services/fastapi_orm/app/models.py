from sqlmodel import REAL, Field, SQLModel, Text


class Item(SQLModel, table=True):
    __tablename__ = "items"
    # AUTOINCREMENT: an id that was given once is never given again.
    __table_args__ = {"sqlite_autoincrement": True, "sqlite_strict": True}

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(sa_type=Text)
    description: str | None = Field(default=None, sa_type=Text)
    price: float = Field(sa_type=REAL)
    quantity: int
