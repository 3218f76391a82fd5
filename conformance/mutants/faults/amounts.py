"""Faults of the limits of a number."""

from typing import Any

from ..schema import Schema
from ..service import Service


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
