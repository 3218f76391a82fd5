"""Bytes to a document, strictly. Each step is small, for a fault to override."""

import json
from typing import Any

DEPTH_MAX = 200


class NotJSONError(Exception):
    pass


class Reader:
    depth_max = DEPTH_MAX

    def read(self, data: bytes) -> Any:
        try:
            document = self.parse(self.decode(data))
        except (ValueError, RecursionError):  # also UnicodeDecodeError, and an integer of too many digits
            raise NotJSONError from None
        self.check_depth(document)
        self.check_surrogates(document)
        return document

    def decode(self, data: bytes) -> str:
        return data.decode()

    def parse(self, text: str) -> Any:
        return json.loads(text, parse_constant=self.constant, parse_int=self.integer, parse_float=self.number)

    def integer(self, digits: str) -> int | float:
        return int(digits)

    def number(self, digits: str) -> float:
        return float(digits)

    def constant(self, name: str) -> Any:
        raise ValueError(name)

    def check_depth(self, document: Any) -> None:
        level, depth = [document], 0
        while level and depth <= self.depth_max:
            level = [child for value in level for child in children(value)]
            depth += 1
        if level:
            raise NotJSONError

    def check_surrogates(self, document: Any) -> None:
        try:
            json.dumps(document, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise NotJSONError from None


def children(value: Any) -> list[Any]:
    match value:
        case dict():
            return list(value.values())
        case list():
            return value
        case _:
            return []
