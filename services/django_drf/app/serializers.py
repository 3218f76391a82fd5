from typing import Any

from django.db import models
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.serializers import ModelSerializer

from .fields import StrictCharField, StrictFloatField, StrictIntegerField
from .models import Item


class StrictModelSerializer(ModelSerializer[Any]):
    """Nothing is coerced, and nothing is ignored."""

    serializer_field_mapping = ModelSerializer.serializer_field_mapping | {
        models.CharField: StrictCharField,
        models.FloatField: StrictFloatField,
        models.IntegerField: StrictIntegerField,
    }

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """What a PUT omits takes the default of the model, where the framework would leave it as it is."""
        field_class, kwargs = super().build_standard_field(field_name, model_field)
        if kwargs.get("required") is False:
            kwargs["default"] = model_field.get_default
        return field_class, kwargs

    def to_internal_value(self, data: Any) -> Any:
        errors: Any = {}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            errors = error.detail
        if isinstance(data, dict):
            known = {field.field_name for field in self.fields.values() if not field.read_only}
            unknown = ErrorDetail("Unknown member.", code="unknown")
            errors |= {name: [unknown] for name in data.keys() - known}
        if errors:
            raise ValidationError(errors)
        return values


class ItemSerializer(StrictModelSerializer):
    class Meta:
        model = Item
        fields = ("id", "name", "description", "price", "quantity")
