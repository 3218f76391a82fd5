"""An item: as it is sent, as it is stored, as it is answered."""

from typing import Annotated

from pydantic import BeforeValidator
from sqlmodel import REAL, Field, SQLModel, Text

ITEM_ID_MAX = 2**53 - 1
NO_NUL = {"pattern": r"^[^\x00]*$"}


def whole(value: object) -> object:
    # JSON Schema: a number without a fractional part is an integer
    return int(value) if isinstance(value, float) and value.is_integer() else value


class NewItem(SQLModel):
    model_config = {
        "extra": "forbid",
        "strict": True,
        "json_schema_serialization_defaults_required": True,
    }

    name: str = Field(min_length=1, max_length=100, schema_extra=NO_NUL, sa_type=Text)
    description: str | None = Field(default=None, max_length=1000, schema_extra=NO_NUL, sa_type=Text)
    price: float = Field(ge=0, le=1_000_000, sa_type=REAL)
    quantity: Annotated[int, BeforeValidator(whole)] = Field(default=0, ge=0, le=2**31 - 1)


class Item(NewItem, table=True):
    __tablename__ = "items"
    # AUTOINCREMENT: an id that was given once is never given again.
    __table_args__ = {"sqlite_autoincrement": True, "sqlite_strict": True}

    id: int | None = Field(default=None, primary_key=True)


class ItemPublic(NewItem):
    quantity: int = Field(default=0, ge=0, le=2**31 - 1)  # what is stored is whole
    id: int = Field(ge=1, le=ITEM_ID_MAX)
