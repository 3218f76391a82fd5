"""Faults of the limits of an item's values."""

import unicodedata
from typing import Any

from ..schema import Schema
from ..service import Service


class NameOf101Schema(Schema):
    name_max = 101


class NameOf101(Service):
    """A name may have 101 characters."""

    schema = NameOf101Schema()


class NameOf99Schema(Schema):
    name_max = 99


class NameOf99(Service):
    """A name may have 99 characters."""

    schema = NameOf99Schema()


class EmptyNameSchema(Schema):
    def text(self, value: Any, _least: int, most: int) -> str:
        return super().text(value, 0, most)


class NameEmpty(Service):
    """A name may be empty."""

    schema = EmptyNameSchema()


class BlankSchema(Schema):
    def text(self, value: Any, least: int, most: int) -> str:
        text = super().text(value, least, most)
        if text.isspace():
            raise ValueError("It must not be blank.")
        return text


class NameBlankRefused(Service):
    """A name of spaces is 422."""

    schema = BlankSchema()


class DescriptionOf1001Schema(Schema):
    description_max = 1001


class DescriptionOf1001(Service):
    """A description may have 1,001 characters."""

    schema = DescriptionOf1001Schema()


class UTF16Schema(Schema):
    def length(self, value: str) -> int:
        return len(value.encode("utf-16-le")) // 2


class LengthInUTF16(Service):
    """Length is counted in units of UTF-16."""

    schema = UTF16Schema()


class BytesSchema(Schema):
    def length(self, value: str) -> int:
        return len(value.encode())


class LengthInBytes(Service):
    """Length is counted in bytes."""

    schema = BytesSchema()


class GraphemeSchema(Schema):
    def length(self, value: str) -> int:
        return len(unicodedata.normalize("NFC", value))


class LengthComposed(Service):
    """Length is counted in Unicode's composed form."""

    schema = GraphemeSchema()


class NulSchema(Schema):
    def check_nul(self, _value: str) -> None:
        """It may."""


class NulAccepted(Service):
    """A text may hold U+0000."""

    schema = NulSchema()


class ControlSchema(Schema):
    def check_nul(self, value: str) -> None:
        if any(character < " " for character in value):
            raise ValueError("It must not hold control characters.")


class ControlRefused(Service):
    """A text with a line end is 422."""

    schema = ControlSchema()


class DearSchema(Schema):
    price_max = 10**9


class PriceOverMaximum(Service):
    """A price may be over the maximum."""

    schema = DearSchema()


class QuantityOver(Schema):
    quantity_max = 2**63 - 1


class QuantityOverMaximum(Service):
    """A quantity may have 63 bits."""

    schema = QuantityOver()


class QuantityUnder(Schema):
    quantity_max = 2**31 - 2


class QuantityUpToMaximum(Service):
    """The largest quantity is 422."""

    schema = QuantityUnder()


class StrictPriceSchema(Schema):
    def between(self, value: float, least: int, most: int) -> int | float:
        if most == self.price_max and value in {least, most}:
            raise ValueError("It must be between.")
        return super().between(value, least, most)


class PriceExclusive(Service):
    """A price of 0 and the largest price are 422."""

    schema = StrictPriceSchema()


class NegativeSchema(Schema):
    def between(self, value: float, least: int, most: int) -> int | float:
        return super().between(value, least or -most, most)


class NegativeAccepted(Service):
    """A price may be negative, and so may a quantity."""

    schema = NegativeSchema()


class NegativeZeroSchema(Schema):
    def between(self, value: float, least: int, most: int) -> int | float:
        if str(value) == "-0.0":
            raise ValueError("It must not be negative.")
        return super().between(value, least, most)


class NegativeZeroRefused(Service):
    """A price of -0.0 is 422."""

    schema = NegativeZeroSchema()


class PriceDigitsSchema(Schema):
    def price(self, item: dict[str, Any]) -> float:
        price = super().price(item)
        if price != round(price, 2):
            raise ValueError("It must have at most two digits.")
        return price


class PriceOfTwoDigits(Service):
    """A price of three digits after the point is 422."""

    schema = PriceDigitsSchema()
