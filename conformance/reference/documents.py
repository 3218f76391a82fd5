"""The bytes of a body as JSON, in every way in which the contract lets a service read them."""

import json
import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.wire import refuse

LEVELS = 100  # that always pass
DIGITS = 4300  # of an integer; of more, Python reads none
LARGEST = sys.float_info.max


@dataclass(frozen=True)
class Body:
    documents: tuple[Any, ...]  # the last of duplicate members counts; or else, in a second one, the first
    open: bool = False  # a service may refuse it as no JSON

    @property
    def is_in_range(self) -> bool:
        """Every number is one that a double can be close to."""
        parts = (part for layer in _layers(self.documents) for part in layer)
        return all(abs(part) <= LARGEST for part in parts if isinstance(part, int | float))


def read(data: bytes) -> Body:
    """Raises ValueError for what is no JSON."""
    text, marked = data.decode("utf-8-sig"), data.startswith(BOM_UTF8)
    try:
        last = _Reading(text, dict)
        first = _Reading(text, lambda pairs: dict(reversed(pairs)))
        json.dumps([last.document, last.duplicates], ensure_ascii=False).encode()  # refuses a lone surrogate
    except RecursionError:
        return Body((), open=True)
    documents = (last.document, first.document) if last.duplicates else (last.document,)
    return Body(documents, marked or last.is_long or _levels(last.document) > LEVELS)


class _Reading:
    def __init__(self, text: str, members: Any) -> None:
        self.members = members
        self.duplicates: list[Any] = []  # what does not count must be JSON too
        self.is_long = False
        self.document = json.loads(
            text, object_pairs_hook=self._object, parse_int=self._integer, parse_constant=refuse
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = self.members(pairs)
        if len(found) < len(pairs):
            self.duplicates += [value for _, value in pairs]
        return found

    def _integer(self, digits: str) -> int | float:
        if len(digits.lstrip("-")) <= DIGITS:
            return int(digits)
        self.is_long = True
        return float(digits)


def _layers(document: Any) -> Iterator[list[Any]]:
    """The document, what is in it, what is in that, and so on: recursion would reach no 100,000 levels."""
    layer = [document]
    while layer:
        yield layer
        insides = (list(each.values()) if isinstance(each, dict) else each for each in layer)
        layer = [part for inside in insides if isinstance(inside, list | tuple) for part in inside]


def _levels(document: Any) -> int:
    return sum(any(isinstance(part, dict | list) for part in layer) for layer in _layers(document))
