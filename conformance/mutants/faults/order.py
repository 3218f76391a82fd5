"""Faults of the order in which errors are found: each adjacent pair, the other way round."""

import re

from ..reader import NotJSONError, Reader
from ..replies import RefusedError
from ..service import Service
from ..steps import Call


class MethodBeforePath(Service):
    """PATCH /items/abc is 405."""

    def find_path(self, call: Call) -> None:
        try:
            super().find_path(call)
        except RefusedError:
            if re.fullmatch("/items/[^/]+", call.path) and call.request.method == "PATCH":
                raise RefusedError(405, "No such method.", {"Allow": "GET, HEAD, PUT, DELETE"}) from None
            raise


class TypeBeforeMethod(Service):
    """PATCH of an item with a body of text is 415."""

    def find_operation(self, call: Call) -> None:
        if "Content-Type" in call.request.headers:
            call.operation = "replace_item"
            self.check_media_type(call)
        super().find_operation(call)


class SizeBeforeType(Service):
    """A large body of text is 413."""

    steps = ("find_path", "find_operation", "check_size", "check_media_type", "parse", "validate")


class JSONBeforeSize(Service):
    """A large body that is not JSON is 400."""

    def read(self, call: Call) -> bytes:
        data = b"".join(self.received(call))
        call.data = data
        self.parse(call)
        if len(data) > self.body_max:
            raise RefusedError(413, "The body is larger than 1 MiB.")
        return data

    def check_size(self, call: Call) -> None:
        if call.takes_body:
            call.data = self.read(call)


class LateReader(Reader):
    def check_surrogates(self, document: object) -> None:
        """Later."""


class SchemaBeforeJSON(Service):
    """An unpaired surrogate in an invalid item is 422: it is looked for late."""

    reader = LateReader()

    def validate(self, call: Call) -> None:
        super().validate(call)
        if call.takes_body:
            try:
                Reader().check_surrogates(call.document)
            except NotJSONError:
                raise RefusedError(400, "The body is not valid JSON.") from None


class ItemBeforeSchema(Service):
    """PUT of an invalid item where there is none is 404."""

    def validate(self, call: Call) -> None:
        if call.operation == "replace_item":
            self.find(call)
        super().validate(call)


class ItemBeforeBody(Service):
    """PUT of anything where there is no item is 404."""

    def check_media_type(self, call: Call) -> None:
        if call.operation == "replace_item":
            self.find(call)
        super().check_media_type(call)
