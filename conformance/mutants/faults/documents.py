"""Faults of documents as a whole."""

from typing import Any

from ..replies import RefusedError
from ..schema import InvalidError, Schema
from ..service import Service
from ..steps import Call


class BodyArrayFails(Service):
    """An item that is no object is 500."""

    def validate(self, call: Call) -> None:
        if call.operation in {"create_item", "replace_item"}:
            call.document.get("name")
        super().validate(call)


class AnyDocumentSchema(Schema):
    def document(self, value: Any) -> None:
        """Anything is one."""


class EchoOfScalar(Service):
    """POST /echo answers 5 with 5."""

    schema = AnyDocumentSchema()


class ObjectSchema(Schema):
    def document(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise InvalidError({"": "It must be an object."})


class EchoOfArrayRefused(Service):
    """POST /echo refuses an array."""

    schema = ObjectSchema()


class InvalidIs400(Service):
    """An invalid item is 400."""

    def validate(self, call: Call) -> None:
        try:
            super().validate(call)
        except RefusedError as refused:
            raise RefusedError(400, refused.detail) from None
