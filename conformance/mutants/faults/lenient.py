"""Faults of reading JSON: what a lenient parser lets pass, and what a parser's error becomes."""

import json
import re
from collections.abc import Callable
from typing import Any

from ..reader import Reader
from ..replies import RefusedError
from ..schema import InvalidError
from ..service import Service
from ..steps import Call

Pairs = list[tuple[str, Any]]
Members = Callable[[Pairs], Any]


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
