from sqlmodel import REAL, BigInteger, Double, Field, Integer, SQLModel, Text

BIGINT = BigInteger().with_variant(Integer(), "sqlite")


class Item(SQLModel, table=True):
    __tablename__ = "items"
    # AUTOINCREMENT: an id that was given once is never given again. Nor is one of an identity.
    __table_args__ = {"sqlite_autoincrement": True, "sqlite_strict": True}

    id: int | None = Field(default=None, sa_type=BIGINT, primary_key=True)
    name: str = Field(sa_type=Text)
    description: str | None = Field(default=None, sa_type=Text)
    price: float = Field(sa_type=Double().with_variant(REAL(), "sqlite"))
    quantity: int
