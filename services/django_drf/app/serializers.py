"""The shapes on the wire. JSON is read by pydantic-core, strictly, and written by orjson."""

import re
from typing import IO, Any

import orjson
from django.urls.converters import IntConverter
from gunicorn.http.errors import NoMoreData, ParseException
from pydantic_core import from_json
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.serializers import CharField, FloatField, IntegerField, Serializer

BODY_MAX = 2**20  # bytes
ITEM_ID_MAX = 2**53 - 1
DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")
JSON_TYPE = re.compile(r'application/json[ \t]*(;[ \t]*charset=("utf-8"|utf-8)[ \t]*)?', re.IGNORECASE)


class ItemId(IntConverter):
    regex = "[1-9][0-9]{0,15}"

    def to_python(self, value: str) -> int:
        item_id = int(value)
        if item_id > ITEM_ID_MAX:
            raise ValueError("no such path")
        return item_id


class Text(CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class Number(FloatField):
    def to_internal_value(self, data: Any) -> float:
        if type(data) not in (int, float):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(IntegerField):
    def to_internal_value(self, data: Any) -> int:
        # JSON Schema: a number without a fractional part is an integer
        value = int(data) if isinstance(data, float) and data.is_integer() else data
        if type(value) is not int:
            self.fail("invalid")
        return value


class Decimal(IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if not DECIMAL.fullmatch(data):
            self.fail("invalid")
        return int(data)


class NewItem(Serializer[Any]):
    name = Text(min_length=1, max_length=100, trim_whitespace=False)
    description = Text(
        max_length=1000, trim_whitespace=False, allow_blank=True, allow_null=True, default=None
    )
    price = Number(min_value=0, max_value=1_000_000)
    quantity = Whole(min_value=0, max_value=2**31 - 1, default=0)

    def to_internal_value(self, data: Any) -> Any:
        errors: Any = {}
        try:
            valid = super().to_internal_value(data)
        except ValidationError as error:
            errors = error.detail
        if isinstance(data, dict) and not data.keys() <= self.fields.keys():
            errors["non_field_errors"] = ["Unknown members are not accepted."]
        if errors:
            raise ValidationError(errors)
        return valid


class Page(Serializer[Any]):
    limit = Decimal(min_value=1, max_value=1000, default=None)
    after = Decimal(min_value=1, max_value=ITEM_ID_MAX, default=0)


class ContentTooLarge(APIException):
    status_code = 413
    default_detail = "The body is larger than 1 MiB."


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: IO[bytes], _media_type: Any = None, parser_context: Any = None) -> Any:
        declared = parser_context["request"].META.get("CONTENT_LENGTH")
        length = None if declared is None else int(declared)
        if length is not None and length > BODY_MAX:
            raise ContentTooLarge
        try:
            data = stream.read(BODY_MAX + 1)
        except (NoMoreData, ParseException):
            raise ParseError("The body is not valid HTTP.") from None
        if len(data) > BODY_MAX:
            raise ContentTooLarge
        if length not in (None, len(data)):
            raise ParseError("The body ended early.")
        try:
            return from_json(data, allow_inf_nan=False)
        except ValueError:
            raise ParseError("The body is not valid JSON.") from None


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, *_: Any, **_options: Any) -> bytes:
        return b"" if data is None else orjson.dumps(data)  # a 204 has no body


class JSONNegotiation(BaseContentNegotiation):
    """There is one representation, whatever a client would accept."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        if not JSON_TYPE.fullmatch(request.content_type):
            raise UnsupportedMediaType("", "The body must be application/json.")
        return parsers[0]

    def select_renderer(self, _request: Request, renderers: Any, *_: Any) -> Any:
        return renderers[0], renderers[0].media_type
