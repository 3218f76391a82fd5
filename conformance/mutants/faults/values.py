"""Faults of an item's values."""

from typing import Any

from ..replies import RefusedError
from ..schema import InvalidError, Schema
from ..service import Service
from ..steps import Call

Item = dict[str, Any]


class CoercingSchema(Schema):
    def number(self, value: Any) -> int | float:
        return super().number(float(value) if isinstance(value, str) else value)


class TextIsNumber(Service):
    """ "5" is a number."""

    schema = CoercingSchema()


class TrueSchema(Schema):
    def number(self, value: Any) -> int | float:
        return super().number(int(value) if isinstance(value, bool) else value)


class TrueIsOne(Service):
    """true is 1."""

    schema = TrueSchema()


class NumberIsTextSchema(Schema):
    def text(self, value: Any, least: int, most: int) -> str:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return super().text(str(value) if plain else value, least, most)


class NumberIsText(Service):
    """5 is "5"."""

    schema = NumberIsTextSchema()


class NoFloatSchema(Schema):
    def whole(self, value: int | float) -> int | float:
        if isinstance(value, float):
            raise ValueError("It must be an integer.")  # noqa: TRY004 - invalid, not a fault of ours
        return value


class WholeFloatRefused(Service):
    """3.0 is no integer."""

    schema = NoFloatSchema()


class TruncatingSchema(Schema):
    def whole(self, value: float) -> int | float:
        return int(value)


class FractionCut(Service):
    """3.5 is 3."""

    schema = TruncatingSchema()


class OpenSchema(Schema):
    def refuse_unknown(self, _details: dict[str, str], _unknown: list[str]) -> None:
        """They are ignored."""


class UnknownMemberIgnored(Service):
    """Unknown members are ignored."""

    schema = OpenSchema()


class IdSchema(Schema):
    def refuse_unknown(self, details: dict[str, str], unknown: list[str]) -> None:
        if set(unknown) != {"id"}:
            super().refuse_unknown(details, unknown)


class IdAccepted(Service):
    """An id in a body is ignored."""

    schema = IdSchema()


class NullSchema(Schema):
    def quantity(self, item: Item) -> int:
        return 0 if item.get("quantity", 0) is None else super().quantity(item)


class NullIsDefault(Service):
    """A quantity of null is the default."""

    schema = NullSchema()


class NullNameSchema(Schema):
    def name(self, item: Item) -> str:
        return "" if item.get("name", "") is None else super().name(item)


class NullNameAccepted(Service):
    """A name of null is an empty one."""

    schema = NullNameSchema()


class NoNullSchema(Schema):
    def description(self, item: Item) -> str | None:
        return self.text(item["description"], 0, 1000) if "description" in item else None


class NullDescriptionRefused(Service):
    """A description of null is 422."""

    schema = NoNullSchema()


class FreeSchema(Schema):
    def price(self, item: Item) -> float:
        return super().price({"price": 0, **item})


class PriceOptional(Service):
    """An item without a price costs nothing."""

    schema = FreeSchema()


class DefaultOneSchema(Schema):
    def quantity(self, item: Item) -> int:
        return super().quantity({"quantity": 1, **item})


class DefaultIsOne(Service):
    """The default quantity is 1."""

    schema = DefaultOneSchema()


class BodyArrayFails(Service):
    """An item that is no object is 500."""

    def validate(self, call: Call) -> None:
        if call.operation in {"create_item", "replace_item"}:
            call.document.get("name")
        super().validate(call)


class AnyDocumentSchema(Schema):
    def document(self, value: Any) -> None:
        """Anything is one."""


class EchoOfScalar(Service):
    """POST /echo answers 5 with 5."""

    schema = AnyDocumentSchema()


class ObjectSchema(Schema):
    def document(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise InvalidError({"": "It must be an object."})


class EchoOfArrayRefused(Service):
    """POST /echo refuses an array."""

    schema = ObjectSchema()


class InvalidIs400(Service):
    """An invalid item is 400."""

    def validate(self, call: Call) -> None:
        try:
            super().validate(call)
        except RefusedError as refused:
            raise RefusedError(400, refused.detail) from None
