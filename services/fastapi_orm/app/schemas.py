"""The shapes on the wire."""

import re
from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

from .models import ITEM_ID_MAX, NewItem


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
# By model_validate(): __init__ takes a member named "cls" or "self" for its own argument.
ItemBody = Annotated[NewItem, BeforeValidator(NewItem.model_validate)]
DOCUMENT = {"oneOf": [{"type": "object", "additionalProperties": True}, {"type": "array", "items": {}}]}
Document = Annotated[Any, Body(), AfterValidator(object_or_array), WithJsonSchema(DOCUMENT)]


class Greeting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    message: Literal["Hello, World!"]


class Health(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"]
