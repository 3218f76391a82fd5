"""The bytes of a body as JSON, in every way in which the contract lets a service read them."""

import json
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from itertools import accumulate
from math import isfinite
from typing import Any

from harness.wire import refuse

LEVELS = 100  # that always pass
DIGITS = 4300  # of an integer; of more, Python reads none
NO_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[^][{}"]+')


@dataclass(frozen=True)
class Body:
    documents: tuple[Any, ...]  # the last of duplicate members counts; or else, in a second one, the first
    open: bool = False  # a service may refuse it as no JSON
    is_in_range: bool = True  # every number is one that a double can be close to


def read(body: bytes) -> Body:
    """Raises ValueError for what is no JSON."""
    text, marked = body.decode("utf-8-sig"), body.startswith(BOM_UTF8)
    try:
        last = _Reading(text, dict)
        first = _Reading(text, lambda pairs: dict(reversed(pairs)))
        json.dumps([last.document, last.duplicates], ensure_ascii=False).encode()  # refuses a lone surrogate
    except RecursionError:
        return Body((), open=True)
    documents = (last.document, first.document) if last.duplicates else (last.document,)
    return Body(documents, marked or last.is_long or levels(text) > LEVELS, last.is_in_range)


def levels(text: str) -> int:
    brackets = NO_BRACKET.sub("", text)
    return max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0)


class _Reading:
    def __init__(self, text: str, members: Any) -> None:
        self.members = members
        self.duplicates: list[Any] = []  # what does not count must be JSON too
        self.is_long, self.is_in_range = False, True
        self.document = json.loads(
            text,
            object_pairs_hook=self._object,
            parse_int=self._integer,
            parse_float=self._float,
            parse_constant=refuse,
        )

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members: dict[str, Any] = self.members(pairs)
        if len(members) < len(pairs):
            self.duplicates += [value for _, value in pairs]
        return members

    def _integer(self, digits: str) -> int | float:
        number = self._float(digits)
        if len(digits.lstrip("-")) <= DIGITS:
            return int(digits)
        self.is_long = True
        return number

    def _float(self, digits: str) -> float:
        self.is_in_range &= isfinite(float(digits))
        return float(digits)
