"""Faults of reading JSON: integers and duplicates."""

from collections.abc import Callable
from typing import Any

from ..reader import NotJSONError, Reader
from ..service import Service

Pairs = list[tuple[str, Any]]
Members = Callable[[Pairs], Any]


class RoundingReader(Reader):
    def integer(self, digits: str) -> int | float:
        value = int(digits)
        return value if abs(value) < 2**53 else float(value)


class BigIntegerRounded(Service):
    """An integer past 2^53 loses digits."""

    reader = RoundingReader()


class FailingReader(Reader):
    def integer(self, digits: str) -> int | float:
        value = int(digits)
        if not -(2**63) <= value < 2**64:
            raise OverflowError
        return value


class BigIntegerFails(Service):
    """An integer past 64 bits is 500."""

    reader = FailingReader()


class RefusingReader(Reader):
    def integer(self, digits: str) -> int | float:
        value = int(digits)
        if not -(2**63) <= value < 2**64:
            raise NotJSONError
        return value


class BigIntegerRefused(Service):
    """An integer past 64 bits is 400."""

    reader = RefusingReader()


class HugeReader(Reader):
    def integer(self, digits: str) -> int | float:
        return int(digits) if len(digits) <= 4300 else 0


class HugeIntegerAccepted(Service):
    """An integer of 4,301 digits is zero."""

    reader = HugeReader()


class HugeFailsReader(Reader):
    def integer(self, digits: str) -> int | float:
        try:
            return int(digits)
        except ValueError as error:
            raise RuntimeError from error


class HugeIntegerFails(Service):
    """An integer of 4,301 digits is 500."""

    reader = HugeFailsReader()


class FirstReader(Reader):
    def members(self, pairs: Pairs) -> dict[str, Any]:
        return dict(reversed(pairs))


class FirstDuplicateWins(Service):
    """Of duplicate members the first counts."""

    reader = FirstReader()


class UniqueReader(Reader):
    def members(self, pairs: Pairs) -> dict[str, Any]:
        if len(members := dict(pairs)) < len(pairs):
            raise ValueError
        return members


class DuplicateRefused(Service):
    """Duplicate members are 400."""

    reader = UniqueReader()
