"""The shapes on the wire."""

import re
from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

ITEM_ID_MAX = 2**53 - 1
NO_NUL = r"^[^\x00]*$"


def whole(value: object) -> object:
    # JSON Schema: a number without a fractional part is an integer
    return int(value) if isinstance(value, float) and value.is_integer() else value


def decimal(value: object) -> object:
    # Pydantic reads "1.0" and "1_0" as integers too
    if isinstance(value, str) and not re.fullmatch("[0-9]+", value):
        raise PydanticCustomError("decimal", "Input should be decimal digits")
    return value


def object_or_array(value: object) -> object:
    if not isinstance(value, dict | list):
        raise PydanticCustomError("document", "Input should be an object or an array")
    return value


Digits = BeforeValidator(decimal)
Limit = Annotated[int, Query(ge=1, le=2000), Digits]
ItemId = Annotated[int, Path(ge=1, le=ITEM_ID_MAX), Digits]
After = Annotated[int, Query(ge=1, le=ITEM_ID_MAX), Digits]
DOCUMENT = {"oneOf": [{"type": "object", "additionalProperties": True}, {"type": "array", "items": {}}]}
Document = Annotated[Any, Body(), AfterValidator(object_or_array), WithJsonSchema(DOCUMENT)]
Quantity = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Greeting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    message: Literal["Hello, World!"]


class Health(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"]


class NewItem(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, json_schema_serialization_defaults_required=True)

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]
    description: Annotated[str, Field(max_length=1000, pattern=NO_NUL)] | None = None
    price: Annotated[float, Field(ge=0, le=1_000_000)]
    quantity: Annotated[Quantity, BeforeValidator(whole)] = 0


class Item(NewItem):
    quantity: Quantity = 0
    id: Annotated[int, Field(ge=1, le=ITEM_ID_MAX)]
