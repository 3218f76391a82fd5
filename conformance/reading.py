"""An answer, as h11 reads it."""

import json
import socket
from dataclasses import dataclass
from typing import Any

import h11

CHUNK = 65_536


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]  # names in lower case
    body: bytes
    stray: bytes = b""  # what came after the answer's end

    def header(self, name: str) -> str | None:
        """Several fields of one name are one list, as HTTP has it."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None

    @property
    def media_type(self) -> str:
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Raises ValueError for what is no strict JSON."""
        return json.loads(self.body.decode(), parse_constant=refuse, object_pairs_hook=_object)


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("an object has one member twice")
    return found


class Reader:
    def __init__(self, connection: socket.socket, method: str, unread: bytes = b"") -> None:
        self.connection, self.events = connection, h11.Connection(h11.CLIENT)
        # h11 has to know the method, since an answer to HEAD has no body; what it would send is thrown away.
        self.events.send(
            h11.Request(method=method, target="/", headers=[("Host", "x"), ("Connection", "close")])
        )
        self.events.send(h11.EndOfMessage())
        if unread:
            self.events.receive_data(unread)
        self.response: h11.Response | None = None

    def _next(self) -> h11.Event | None:
        """None when the other side has closed without an answer."""
        while (event := self.events.next_event()) is h11.NEED_DATA:
            try:
                received = self.connection.recv(CHUNK)
            except ConnectionError:
                received = b""
            if not received and self.response is None:
                return None
            self.events.receive_data(received)
        return event if isinstance(event, h11.Event) else None

    def is_told_to_go_on(self) -> bool:
        event = self._next()
        if isinstance(event, h11.Response):
            self.response = event
        return isinstance(event, h11.InformationalResponse)

    def answer(self, *, to_the_end: bool = True) -> Answer | None:
        """What comes after it, to the connection's end, is the answer's stray, or else stays unread."""
        body = b""
        while not isinstance(event := self._next(), h11.EndOfMessage):
            if event is None:
                return None
            if isinstance(event, h11.Response):
                self.response = event
            elif isinstance(event, h11.Data):
                body += event.data
        assert self.response is not None  # noqa: S101 - h11 ends no message that it did not begin
        headers = tuple((name.decode(), value.decode("latin-1")) for name, value in self.response.headers)
        return Answer(self.response.status_code, headers, body, self._stray() if to_the_end else b"")

    @property
    def unread(self) -> bytes:
        return self.events.trailing_data[0]

    def _stray(self) -> bytes:
        stray = self.unread
        while True:
            try:
                received = self.connection.recv(CHUNK)
            except OSError:
                return stray
            if not received:
                return stray
            stray += received
