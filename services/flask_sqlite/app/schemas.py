"""The shapes on the wire. JSON is read by pydantic-core, strictly, and written by orjson."""

import re
from typing import Annotated, Any

import orjson
from flask import Response
from flask.json.provider import JSONProvider
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import from_json
from werkzeug.routing import BaseConverter

BODY_MAX = 2**20  # bytes
ITEM_ID_MAX = 2**53 - 1
NO_NUL = r"^[^\x00]*$"
DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


def _whole(value: object) -> object:
    # JSON Schema: a number without a fractional part is an integer
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _decimal(value: str) -> object:
    return int(value) if DECIMAL.fullmatch(value) else value


def decimal_up_to(most: int) -> str:
    """A pattern for 1 to `most`, canonical: shorter, or alike up to a smaller digit, or `most` itself."""
    digits = str(most)
    smaller = [
        f"{digits[:i]}[0-{int(d) - 1}][0-9]{{{len(digits) - i - 1}}}" for i, d in enumerate(digits) if d > "0"
    ]
    return f"(?!0)(?:[0-9]{{1,{len(digits) - 1}}}|{'|'.join(smaller)}|{digits})"


class NewItem(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]
    description: Annotated[str, Field(max_length=1000, pattern=NO_NUL)] | None = None
    price: Annotated[float, Field(ge=0, le=1_000_000)]
    quantity: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=2**31 - 1)] = 0


class Page(BaseModel):
    model_config = ConfigDict(strict=True)

    limit: Annotated[int, BeforeValidator(_decimal), Field(ge=1, le=1000)] | None = None
    after: Annotated[int, BeforeValidator(_decimal), Field(ge=1, le=ITEM_ID_MAX)] | None = None


class JSON(JSONProvider):
    """Flask's JSON, by pydantic-core and orjson."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return orjson.dumps(obj, **kwargs).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return from_json(s, allow_inf_nan=False, **kwargs)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        return Response(orjson.dumps(self._prepare_response_obj(args, kwargs)), mimetype="application/json")


class ItemId(BaseConverter):
    # In the pattern, not in to_python: a value refused there still makes a 405 of the path's other methods.
    regex = decimal_up_to(ITEM_ID_MAX)

    def to_python(self, value: str) -> int:
        return int(value)
