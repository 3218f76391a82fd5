"""The framework's fields without its coercion: `"5"` is no number, and `true` is no integer."""

from typing import Any

from rest_framework.serializers import CharField, FloatField, IntegerField


class StrictCharField(CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class StrictFloatField(FloatField):
    def to_internal_value(self, data: Any) -> float:
        if type(data) not in (int, float):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictIntegerField(IntegerField):
    def to_internal_value(self, data: Any) -> int:
        # JSON Schema: a number without a fractional part is an integer.
        value = int(data) if isinstance(data, float) and data.is_integer() else data
        if type(value) is not int:
            self.fail("invalid")
        return value


class QueryIntegerField(IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if not (data.isascii() and data.isdigit()):
            self.fail("invalid")
        return super().to_internal_value(data)
