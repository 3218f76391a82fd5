"""Faults of the limits of a text."""

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
