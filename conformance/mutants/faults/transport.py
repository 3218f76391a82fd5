"""Faults of a body's media type, size and end."""

from ..replies import RefusedError
from ..server import TruncatedError
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


class SizeOffByOne(Service):
    """A body of exactly 1 MiB is 413."""

    body_max = 2**20 - 1


class SizeInMegabytes(Service):
    """A body of 1,000,001 bytes is 413."""

    body_max = 10**6


class SizeUnlimited(Service):
    """A body may be of any size."""

    body_max = 2**40


class ChunkedUnlimited(Service):
    """A body in chunks may be of any size."""

    def read(self, call: Call) -> bytes:
        return b"".join(call.request.pieces) if call.request.chunked else super().read(call)


class ChunkedCut(Service):
    """A body in chunks is cut at 1 MiB."""

    def read(self, call: Call) -> bytes:
        return b"".join(call.request.pieces)[: self.body_max]


class ChunkedRefused(Service):
    """A body in chunks is 415, since it has no length."""

    def check_size(self, call: Call) -> None:
        if call.takes_body and call.request.chunked:
            raise RefusedError(415, "The body has no length.")
        super().check_size(call)


class ChunkedIgnored(Service):
    """A body in chunks is taken as empty."""

    def read(self, call: Call) -> bytes:
        return b"" if call.request.chunked else super().read(call)


class TruncatedStored(Service):
    """A body that ends early is taken as whole."""

    def read(self, call: Call) -> bytes:
        data = b""
        try:
            for piece in call.request.pieces:
                data += piece
        except TruncatedError:
            return data
        if len(data) > self.body_max:
            raise RefusedError(413, "The body is larger than 1 MiB.")
        return data


class EmptyIsObject(Service):
    """An empty body is an empty object."""

    def read(self, call: Call) -> bytes:
        return super().read(call) or b"{}"
