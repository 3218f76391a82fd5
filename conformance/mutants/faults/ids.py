"""Faults of ids in paths."""

import re

from ..replies import RefusedError
from ..schema import InvalidError
from ..service import Service
from ..steps import ITEM, PATHS, Call, Paths


class Twin(Service):
    """Has one more path, for an item."""

    twin = ""

    def paths(self) -> Paths:
        return {**PATHS, self.twin: PATHS[ITEM]}


class IdPadded(Twin):
    """/items/01 is /items/1."""

    twin = "/items/(0+[1-9][0-9]*)"


class IdReadLoosely(Service):
    """/items/+1 and /items/1.0 are /items/1."""

    def find_path(self, call: Call) -> None:
        call.__dict__["path"] = re.sub(r"^/items/[+ ]?([0-9]+)(\.0)?$", r"/items/\1", call.path)
        super().find_path(call)


class IdInAnyDigits(Twin):
    """/items/\N{ARABIC-INDIC DIGIT ONE} is /items/1."""

    twin = r"/items/((?!0)\d+)"


class IdWithLineEnd(Twin):
    """/items/1%0A is /items/1: the pattern ends in $."""

    twin = r"/items/([1-9][0-9]*)\n"


class IdWithFormat(Twin):
    """/items/1.json is /items/1."""

    twin = r"/items/([1-9][0-9]*)\.json"


class BadId(Service):
    bad = r"/items/[^/]+"

    def find_path(self, call: Call) -> None:
        try:
            super().find_path(call)
        except RefusedError:
            if re.fullmatch(self.bad, call.path):
                raise self.refused(call) from None
            raise

    def refused(self, _call: Call) -> RefusedError:
        return self.invalid(InvalidError({"/id": "It is no id."}), "query")


class IdOfLetters422(BadId):
    """/items/abc is 422."""

    bad = "/items/[a-z]+"


class IdZero422(BadId):
    """/items/0 is 422."""

    bad = "/items/0"


class IdNegative422(BadId):
    """/items/-1 is 422."""

    bad = "/items/-[0-9]+"


class IdBig500(Service):
    """An id past 64 bits is 500."""

    def find_path(self, call: Call) -> None:
        if re.fullmatch("/items/[0-9]{19,}", call.path) and int(call.path[7:]) >= 2**63:
            raise OverflowError
        super().find_path(call)


class IdBeyondIsPath(Service):
    """An id beyond 2^53-1 is a path: PATCH of it is 405."""

    item_id_max = 2**64


class LargestIdUnknown(Service):
    """The path of the largest id is none: PATCH of it is 404."""

    item_id_max = 2**53 - 2
