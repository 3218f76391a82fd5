"""Bytes to a document, strictly. Each step is small, for a fault to override."""

import json
from collections.abc import Callable
from typing import Any

DEPTH_MAX = 200


class NotJSONError(Exception):
    pass


class Reader:
    depth_max = DEPTH_MAX

    def read(self, data: bytes) -> Any:
        try:
            text = self.decode(data)
            whole, document = self.parse(text, flat), self.parse(text, self.members)
        except (ValueError, RecursionError):  # also UnicodeDecodeError, and an integer of too many digits
            raise NotJSONError from None
        self.check_depth(whole)
        self.check_surrogates(whole)
        return document

    def decode(self, data: bytes) -> str:
        return data.decode()

    def parse(self, text: str, members: Callable[[list[tuple[str, Any]]], Any]) -> Any:
        return json.loads(
            text,
            object_pairs_hook=members,
            parse_constant=self.constant,
            parse_int=self.integer,
            parse_float=self.number,
        )

    def members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(pairs)

    def integer(self, digits: str) -> int | float:
        return int(digits)

    def number(self, digits: str) -> float:
        return float(digits)

    def constant(self, name: str) -> Any:
        raise ValueError(name)

    def check_depth(self, document: Any) -> None:
        level, depth = [document], 0
        while level and depth <= self.depth_max:
            level = [child for value in level if isinstance(value, list) for child in value]
            depth += 1
        if level:
            raise NotJSONError

    def check_surrogates(self, document: Any) -> None:
        try:
            json.dumps(document, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise NotJSONError from None


def flat(pairs: list[tuple[str, Any]]) -> list[Any]:
    """An object with nothing left out: a member that does not count must be JSON too."""
    return [part for pair in pairs for part in pair]
