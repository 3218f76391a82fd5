"""Faults of a body's size and end."""

from ..replies import RefusedError
from ..server import TruncatedError
from ..service import Service
from ..steps import Call


class SizeOffByOne(Service):
    """A body of exactly 1 MiB is 413."""

    body_max = 2**20 - 1


class SizeInMegabytes(Service):
    """A body of 1,000,001 bytes is 413."""

    body_max = 10**6


class SizeUnlimited(Service):
    """A body may be of any size."""

    body_max = 2**40


class SizeUnlimitedForEcho(Service):
    """A body of /echo may be of any size."""

    def check_size(self, call: Call) -> None:
        if call.operation == "echo":
            call.data = b"".join(self.received(call))
        else:
            super().check_size(call)


class SizeInCharacters(Service):
    """The size of a body is counted in characters."""

    def check_size(self, call: Call) -> None:
        if call.takes_body:
            call.data = b"".join(self.received(call))
            if len(call.data.decode(errors="replace")) > self.body_max:
                raise RefusedError(413, "The body is larger than 1 MiB.")


class ChunkedUnlimited(Service):
    """A body in chunks may be of any size."""

    def read(self, call: Call) -> bytes:
        return b"".join(self.received(call)) if call.request.chunked else super().read(call)


class ChunkedCut(Service):
    """A body in chunks is cut at 1 MiB."""

    def read(self, call: Call) -> bytes:
        return b"".join(self.received(call))[: self.body_max]


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


class BodyLeftOnConnection(Service):
    """A body that is not read is taken as the connection's next request."""

    discards = False
