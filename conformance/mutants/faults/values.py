"""Faults of an item's values."""

from typing import Any

from ..schema import Schema
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


class PutOpen(Service):
    """PUT ignores unknown members."""

    def validate(self, call: Call) -> None:
        self.schema = OpenSchema() if call.operation == "replace_item" else Schema()
        super().validate(call)
