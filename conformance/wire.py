"""One request over one connection, byte for byte as it is given. h11 reads the answer, strictly."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import h11

TIMEOUT = 30.0  # seconds for any one read or write
CHUNK = 65_536


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: tuple[str, ...] = ()  # lines
    body: bytes = b""
    framing: str = "none"

    def header(self, name: str) -> str | None:
        values = [line.partition(":")[2].strip(" \t") for line in self.headers]
        names = [line.partition(":")[0].lower() for line in self.headers]
        return next((value for key, value in zip(names, values, strict=True) if key == name.lower()), None)

    def head(self, host: str) -> bytes:
        named = [] if any(line.lower().startswith("host:") for line in self.headers) else [f"Host: {host}"]
        lines = [f"{self.method} {self.target} HTTP/1.1", *named, "Connection: close"]
        lines += [*self.headers, *self._framing_headers()]
        return "\r\n".join([*lines, "", ""]).encode()

    def _framing_headers(self) -> list[str]:
        if self.framing == "none":
            return []
        if "chunked" in self.framing:
            return ["Transfer-Encoding: chunked"]
        # A short body ends before the length that it promises.
        promised = len(self.body) + (10 if self.framing == "short" else 0)
        expect = ["Expect: 100-continue"] if self.framing == "expect" else []
        return [f"Content-Length: {promised}", *expect]

    def payload(self) -> Iterator[bytes]:
        if self.framing == "announced":
            return
        for start in range(0, len(self.body), CHUNK):
            piece = self.body[start : start + CHUNK]
            yield b"%x\r\n%s\r\n" % (len(piece), piece) if "chunked" in self.framing else piece
        if self.framing == "chunked":
            yield b"0\r\n\r\n"


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


def exchange(url: str, request: Request) -> Answer | None:
    """The answer, or None where the service closes the connection without one."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=TIMEOUT) as connection:
        reader = _Reader(connection, request.method)
        try:
            connection.sendall(request.head(parts.netloc))
            if request.framing != "expect" or reader.is_told_to_go_on():
                for piece in request.payload():
                    connection.sendall(piece)
            if request.framing.startswith("short"):
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # closed before all was sent: an early answer is an answer too
        return reader.answer()


class _Reader:
    def __init__(self, connection: socket.socket, method: str) -> None:
        self.connection, self.events = connection, h11.Connection(h11.CLIENT)
        # h11 has to know the method, since an answer to HEAD has no body; what it would send is thrown away.
        self.events.send(
            h11.Request(method=method, target="/", headers=[("Host", "x"), ("Connection", "close")])
        )
        self.events.send(h11.EndOfMessage())
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

    def answer(self) -> Answer | None:
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
        return Answer(self.response.status_code, headers, body, self._stray())

    def _stray(self) -> bytes:
        stray, _ = self.events.trailing_data
        while True:
            try:
                received = self.connection.recv(CHUNK)
            except OSError:
                return stray
            if not received:
                return stray
            stray += received
