"""Faults of reading JSON: integers, duplicates, and what a lenient parser lets pass."""

import json
import re
from collections.abc import Callable
from typing import Any

from ..reader import NotJSONError, Reader
from ..replies import RefusedError
from ..schema import InvalidError
from ..service import Service
from ..steps import Call

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


class PrefixReader(Reader):
    def parse(self, text: str, members: Members) -> Any:
        try:
            return super().parse(text, members)
        except json.JSONDecodeError as error:
            if error.msg != "Extra data":
                raise
            return super().parse(text[: error.pos], members)


class RestIgnored(Service):
    """What comes after the document is ignored."""

    reader = PrefixReader()


class RewritingReader(Reader):
    pattern, by = "", ""

    def parse(self, text: str, members: Members) -> Any:
        return super().parse(re.sub(self.pattern, self.by, text), members)


class CommaReader(RewritingReader):
    pattern, by = r",(?=\s*[\]}])", ""


class TrailingCommaAccepted(Service):
    """[1,] is JSON."""

    reader = CommaReader()


class ControlReader(RewritingReader):
    pattern, by = "[\\x00-\\x1f]", " "


class ControlCharacterAccepted(Service):
    """A line may end in a string."""

    reader = ControlReader()


class PaddedNumberReader(RewritingReader):
    pattern, by = r"(?<=[:\[,\s])0+(?=[1-9])", ""


class LeadingZeroAccepted(Service):
    """01 is a number."""

    reader = PaddedNumberReader()


class BadJSON422(Service):
    """What is not JSON is 422."""

    def parse(self, call: Call) -> None:
        try:
            super().parse(call)
        except RefusedError:
            raise self.invalid(InvalidError({"": "It is not valid JSON."}), "body") from None


class BadJSON500(Service):
    """What is not JSON is 500."""

    def parse(self, call: Call) -> None:
        if call.takes_body:
            call.document = json.loads(call.data)
        super().parse(call)
