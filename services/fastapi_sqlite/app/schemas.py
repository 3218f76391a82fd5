"""The shapes on the wire. JSON is read by pydantic-core, strictly, and written by orjson."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import Body, HTTPException, Path, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import from_json
from starlette.convertors import Convertor

BODY_MAX = 2**20  # bytes
ITEM_ID_MAX = 2**53 - 1
NO_NUL = r"^[^\x00]*$"
DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")
JSON_TYPE = re.compile(r'application/json[ \t]*(;[ \t]*charset=("utf-8"|utf-8)[ \t]*)?', re.IGNORECASE)


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


Document = Annotated[Any, Body(json_schema_extra={"type": ["object", "array"]})]
ItemId = Annotated[int, Path(ge=1, le=ITEM_ID_MAX)]


class NewItem(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, json_schema_serialization_defaults_required=True)

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)]
    description: Annotated[str, Field(max_length=1000, pattern=NO_NUL)] | None = None
    price: Annotated[float, Field(ge=0, le=1_000_000)]
    quantity: Annotated[int, Field(ge=0, le=2**31 - 1), BeforeValidator(_whole)] = 0


class Item(NewItem):
    id: Annotated[int, Field(ge=1, le=ITEM_ID_MAX)]


class Page(BaseModel):
    model_config = ConfigDict(strict=True)

    # A query has no null to send, so None is no part of the types.
    limit: Annotated[int, Field(ge=1, le=1000), BeforeValidator(_decimal)] = None  # type: ignore[assignment]
    after: Annotated[int, Field(ge=1, le=ITEM_ID_MAX), BeforeValidator(_decimal)] = None  # type: ignore[assignment]


class JSON(Response):
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


class JSONPieces(StreamingResponse):
    """JSON that is made, and sent piece by piece: never whole in memory a second time."""

    media_type = "application/json"

    def __init__(self, pieces: list[bytes]) -> None:
        super().__init__(_each(pieces), headers={"Content-Length": str(sum(map(len, pieces)))})


async def _each(pieces: list[bytes]) -> AsyncIterator[bytes]:
    # a plain iterator would be asked in a thread for each of them
    for piece in pieces:
        yield piece


class JSONRequest(Request):
    async def body(self) -> bytes:
        if not JSON_TYPE.fullmatch(self.headers.get("content-type", "")):
            raise HTTPException(415, "The body must be application/json.")
        if int(self.headers.get("content-length", 0)) > BODY_MAX:
            raise HTTPException(413, "The body is larger than 1 MiB.")
        data = bytearray()
        async for chunk in self.stream():
            data += chunk
            if len(data) > BODY_MAX:
                raise HTTPException(413, "The body is larger than 1 MiB.")
        if not data:
            raise HTTPException(400, "The body is empty.")
        self._body = bytes(data)
        return self._body

    async def json(self) -> Any:
        try:
            return from_json(self._body, allow_inf_nan=False)
        except ValueError:
            raise HTTPException(400, "The body is not valid JSON.") from None


class ItemIdConvertor(Convertor[int]):
    # In the pattern, not in convert(): a value refused there is a fault.
    regex = decimal_up_to(ITEM_ID_MAX)

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)
