"""Faults of a body's media type."""

from ..service import Service
from ..steps import Call


class AnyTypeAccepted(Service):
    """A body is JSON whatever its Content-Type."""

    def is_json(self, _media_type: str) -> bool:
        return True


class NoTypeAccepted(Service):
    """A body without a Content-Type is JSON."""

    def is_json(self, media_type: str) -> bool:
        return not media_type or super().is_json(media_type)


class TypeOfPrefixAccepted(Service):
    """application/jsonlines is JSON: it begins so."""

    def is_json(self, media_type: str) -> bool:
        return media_type.lower().startswith("application/json")


class JSONSuffixAccepted(Service):
    """application/merge-patch+json is JSON."""

    def is_json(self, media_type: str) -> bool:
        return media_type.endswith("+json") or super().is_json(media_type)


class CharsetRefused(Service):
    """charset=utf-8 is 415."""

    def is_json(self, media_type: str) -> bool:
        return media_type.lower() == "application/json"


class ParametersIgnored(Service):
    """charset=latin-1 is ignored, and so is any parameter."""

    def is_json(self, media_type: str) -> bool:
        return super().is_json(media_type.partition(";")[0])


class TypeCaseSensitive(Service):
    """Application/JSON is 415."""

    def is_json(self, media_type: str) -> bool:
        return media_type.startswith("application/json") and super().is_json(media_type)


class AnyTypeForPut(Service):
    """PUT takes a body whatever its Content-Type."""

    def check_media_type(self, call: Call) -> None:
        if call.operation != "replace_item":
            super().check_media_type(call)
