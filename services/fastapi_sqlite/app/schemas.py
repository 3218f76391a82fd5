"""The shapes on the wire."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

ITEM_ID_MAX = 2**53 - 1
NO_NUL = r"^[^\x00]*$"


def whole(value: object) -> object:
    # JSON Schema: a number without a fractional part is an integer
    return int(value) if isinstance(value, float) and value.is_integer() else value


Limit = Annotated[int, Query(ge=1, le=2000)]
ItemId = Annotated[int, Path(ge=1, le=ITEM_ID_MAX)]
After = Annotated[int, Query(ge=1, le=ITEM_ID_MAX)]


class NewItem(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]
    description: Annotated[str, Field(max_length=1000, pattern=NO_NUL)] | None = None
    price: Annotated[float, Field(ge=0, le=1_000_000)]
    quantity: Annotated[int, Field(ge=0, le=2**31 - 1), BeforeValidator(whole)] = 0


class Item(BaseModel):
    id: int
    name: str
    description: str | None
    price: float
    quantity: int
