"""Faults of an item's values on their way to where they are stored."""

import struct
import unicodedata
from collections.abc import Callable
from typing import Any

from ..service import Item, Service


class Altering(Service):
    """Stores a member otherwise than it was sent."""

    member = "name"
    altered: Callable[[Any], Any]

    def store(self, item: Item) -> None:
        value = item[self.member]
        super().store(item if value is None else {**item, self.member: type(self).altered(value)})


class TextTrimmed(Altering):
    """Names are stored without the spaces around them."""

    altered = str.strip


class TextNormalized(Altering):
    """Names are stored in Unicode's composed form."""

    altered = staticmethod(lambda text: unicodedata.normalize("NFC", text))


class TextEscaped(Altering):
    """Names are stored with < as &lt;."""

    altered = staticmethod(lambda text: text.replace("<", "&lt;"))


class DescriptionCut(Altering):
    """Descriptions are stored up to their 255th character."""

    member = "description"
    altered = staticmethod(lambda text: text[:255])


class EmptyDescriptionIsNull(Altering):
    """An empty description is stored as null."""

    member = "description"
    altered = staticmethod(lambda text: text or None)


class PriceRounded(Altering):
    """Prices are stored with two digits."""

    member = "price"
    altered = staticmethod(lambda price: round(price, 2))


class PriceSingle(Altering):
    """Prices are stored in single precision."""

    member = "price"
    altered = staticmethod(lambda price: struct.unpack("f", struct.pack("f", price))[0])
