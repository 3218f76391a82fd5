"""Uvicorn's worker, and what it lacks beside Gunicorn's own."""

import asyncio
from typing import ClassVar

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn_worker import UvicornWorker  # type: ignore[import-untyped]

LINGER = 2.0  # seconds, as long as Gunicorn's own workers
HEAD_MAX = 64 * 1024  # bytes: httptools takes a request line and headers of any length
UNREAD_MAX = 4 * 1024 * 1024  # bytes of a body after the answer: enough for one that is a little too large


class Lingering:
    """The transport of a request whose body is still to come: closed at once, it would reset the connection,
    and the client would lose what it has not read of the answer."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.transport, self.loop = transport, loop
        self.write, self.is_closing = transport.write, transport.is_closing

    def close(self) -> None:
        self.loop.call_later(LINGER, self.transport.close)


class HttpTools(HttpToolsProtocol):
    head: int | None = None  # bytes of the request line and the headers so far; None between them
    unread = 0  # bytes that came after the answer
    stopping = False
    answering: RequestResponseCycle | None = None

    def on_message_begin(self) -> None:
        self.head, self.unread = 0, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.head = None
        super().on_headers_complete()
        if self.stopping or not self.cycle.keep_alive:
            self.close_after_body()

    def close_after_body(self) -> None:
        self.cycle.keep_alive = False
        if self.cycle.more_body:
            self.cycle.transport = Lingering(self.transport, self.loop)  # type: ignore[assignment]

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.cycle.transport = self.transport
        if self.cycle.response_complete and not self.cycle.keep_alive:
            self.transport.close()

    def on_body(self, body: bytes) -> None:
        if self.cycle.response_complete:
            self.unread += len(body)
            if self.unread > UNREAD_MAX:
                self.transport.close()
        super().on_body(body)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.head is not None and not self.transport.is_closing():
            self.head += len(data)
            if self.head > HEAD_MAX:
                self.send_400_response("The request line and the headers are too long.")

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self.answering = cycle
        super()._start_asgi_task(cycle, app)

    def disconnect(self) -> None:
        """Nobody reads what would still be written: uvloop would raise RuntimeError."""
        for cycle in (self.answering, self.cycle):
            if cycle is not None:
                cycle.disconnected = True

    def send_400_response(self, msg: str) -> None:
        super().send_400_response(msg)
        self.disconnect()

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client will send no more: what it sent whole is answered, and then the connection is closed."""
        if self.cycle is None or self.cycle.response_complete:
            return False
        if self.cycle.more_body:
            self.disconnect()
            return False
        self.cycle.keep_alive = False
        return True

    def shutdown(self) -> None:
        """A connection that is idle is not closed at once: a request may be on its way."""
        self.stopping = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(LINGER, super().shutdown)
        else:
            self.close_after_body()


class Worker(UvicornWorker):  # type: ignore[misc]
    CONFIG_KWARGS: ClassVar = {"loop": "uvloop", "http": HttpTools}
