"""The shapes on the wire: the framework's, but nothing is coerced, and nothing is ignored."""

import json
from typing import IO, Any

from django.db import models
from pydantic_core import from_json
from rest_framework import parsers, serializers
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError

from .models import Item


class JSONParser(parsers.JSONParser):
    """The framework's, without what is JSON for Python alone: other encodings, NaN, unpaired surrogates."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:  # noqa: ARG002
        body = stream.read()
        if len(body) < int(parser_context["request"].META["CONTENT_LENGTH"]):
            raise ParseError("The body ended early.")
        try:
            data = from_json(body, allow_inf_nan=False)
            json.dumps(data, allow_nan=False)  # 1e400 was read as infinity, which no answer could say
        except ValueError:
            raise ParseError("The body is not valid JSON.") from None
        return data


class StrictField(serializers.Field[Any, Any, Any, Any]):
    types: tuple[type, ...]

    def to_internal_value(self, data: Any) -> Any:
        if type(data) not in self.types:
            self.fail("invalid")
        return super().to_internal_value(data)


class CharField(StrictField, serializers.CharField):
    types = (str,)


class FloatField(StrictField, serializers.FloatField):
    types = (int, float)


class IntegerField(StrictField, serializers.IntegerField):
    types = (int, float)  # 3.0 is an integer in JSON Schema, and for the framework


class StrictModelSerializer(serializers.ModelSerializer[Any]):
    serializer_field_mapping = serializers.ModelSerializer.serializer_field_mapping | {
        models.CharField: CharField,
        models.FloatField: FloatField,
        models.IntegerField: IntegerField,
    }

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if issubclass(field_class, CharField):
            kwargs["trim_whitespace"] = False
        if kwargs.get("required") is False:
            kwargs["default"] = model_field.get_default  # else a PUT would leave what it omits as it was
        return field_class, kwargs

    def to_internal_value(self, data: Any) -> Any:
        if self.context["request"].stream is None:  # the framework takes a missing body for an empty object
            raise ParseError("The body is empty.")
        errors: Any = {}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            errors = error.detail
        if isinstance(data, dict):
            known = {name for name, field in self.fields.items() if not field.read_only}
            unknown = ErrorDetail("Unknown member.", code="unknown")
            errors |= {name: [unknown] for name in data.keys() - known}
        if errors:
            raise ValidationError(errors)
        return values


class ItemSerializer(StrictModelSerializer):
    class Meta:
        model = Item
        fields = ("id", "name", "description", "price", "quantity")


class PageSerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=2000, default=2000)
    after = serializers.IntegerField(min_value=1, max_value=2**53 - 1, default=0)
