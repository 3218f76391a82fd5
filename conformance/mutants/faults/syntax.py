"""Faults of what counts as JSON: encodings, surrogates, nesting, numbers that are none."""

import json
from typing import Any

from ..reader import NotJSONError, Reader
from ..service import Service


class BOMReader(Reader):
    def decode(self, data: bytes) -> str:
        return data.decode("utf-8-sig")


class BOMAccepted(Service):
    """A byte order mark is skipped."""

    reader = BOMReader()


class AnyUTFReader(Reader):
    def decode(self, data: bytes) -> str:
        return data.decode(json.detect_encoding(data))


class UTF16Accepted(Service):
    """UTF-16 and UTF-32 are recognized."""

    reader = AnyUTFReader()


class Latin1Reader(Reader):
    def decode(self, data: bytes) -> str:
        try:
            return data.decode()
        except UnicodeDecodeError:
            return data.decode("latin-1")


class Latin1Accepted(Service):
    """What is not UTF-8 is Latin-1."""

    reader = Latin1Reader()


class ReplacingReader(Reader):
    def decode(self, data: bytes) -> str:
        return data.decode(errors="replace")


class BadUTF8Replaced(Service):
    """What is not UTF-8 becomes U+FFFD."""

    reader = ReplacingReader()


class NaNReader(Reader):
    def constant(self, name: str) -> Any:
        return float(name) if name == "NaN" else super().constant(name)


class NaNAccepted(Service):
    """NaN is a number."""

    reader = NaNReader()

    def dump(self, value: Any) -> bytes:
        text = json.dumps(value, ensure_ascii=False)
        if "Infinity" in text:
            raise ValueError
        return text.encode()


class InfinityEchoed(Service):
    """1e400 comes back as Infinity."""

    def dump(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False).encode()


class InfinityFails(Service):
    """1e400 is 500."""

    def dump(self, value: Any) -> bytes:
        try:
            return super().dump(value)
        except ValueError as error:
            raise OverflowError from error


class SurrogateReader(Reader):
    def check_surrogates(self, _document: Any) -> None:
        """Not at all."""


class SurrogateFails(Service):
    """An unpaired surrogate is 500."""

    reader = SurrogateReader()

    def dump(self, value: Any) -> bytes:
        try:
            return super().dump(value)
        except UnicodeEncodeError as error:
            raise RuntimeError from error


class SurrogateReplaced(Service):
    """An unpaired surrogate becomes a question mark."""

    reader = SurrogateReader()

    def dump(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode(errors="replace")


class DeepReader(Reader):
    depth_max = 10**6


class DeepAccepted(Service):
    """A document of 250 levels passes."""

    reader = DeepReader()


class ShallowReader(Reader):
    depth_max = 50


class DeepRefused(Service):
    """A document of 100 levels is 400."""

    reader = ShallowReader()


class DeepFailsReader(Reader):
    def check_depth(self, document: Any) -> None:
        try:
            super().check_depth(document)
        except NotJSONError as error:
            raise RecursionError from error


class DeepFails(Service):
    """A document of 250 levels is 500."""

    reader = DeepFailsReader()
