"""The bytes of a body as JSON, in every way in which the contract lets a service read them."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
        return all(abs(part) <= LARGEST for part in _parts(self.documents) if isinstance(part, int | float))


def read(data: bytes) -> Body:
    """Raises ValueError for what is no JSON."""
    text = data.decode()
    marked = text.startswith("\ufeff")
    try:
        last, first = _Reading(text[marked:], dict), _Reading(text[marked:], _first)
        json.dumps([last.document, last.duplicates], ensure_ascii=False).encode()  # refuses a lone surrogate
    except RecursionError:
        return Body((), open=True)
    documents = (last.document, first.document) if last.duplicates else (last.document,)
    return Body(documents, marked or last.is_long or _levels(last.document) > LEVELS)


def _first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs))


class _Reading:
    def __init__(self, text: str, members: Any) -> None:
        self.members = members
        self.duplicates: list[Any] = []  # what does not count must be JSON too
        self.is_long = False
        self.document = json.loads(
            text, object_pairs_hook=self._object, parse_int=self._integer, parse_constant=_refuse
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


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _inside(whole: Any) -> Iterator[Any]:
    if isinstance(whole, dict):
        yield from whole.values()
    elif isinstance(whole, list | tuple):
        yield from whole


def _parts(document: Any) -> Iterator[Any]:
    layer = [document]
    while layer:
        yield from layer
        layer = [part for whole in layer for part in _inside(whole)]


def _levels(document: Any) -> int:
    levels, layer = 0, [document]
    while layer := [part for part in layer if isinstance(part, dict | list)]:
        levels += 1
        layer = [part for whole in layer for part in _inside(whole)]
    return levels
