"""A request goes out byte for byte as it is given, and its answer is read strictly."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from conformance.reading import CHUNK, Answer, Reader

__all__ = ["Answer", "Request", "conversation", "exchange"]

TIMEOUT = 30.0  # seconds for any one read or write


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

    def head(self, host: str, *, close: bool) -> bytes:
        named = [] if any(line.lower().startswith("host:") for line in self.headers) else [f"Host: {host}"]
        lines = [f"{self.method} {self.target} HTTP/1.1", *named, *(["Connection: close"] if close else [])]
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


def exchange(url: str, request: Request) -> Answer | None:
    """The answer, or None where the service closes the connection without one."""
    return conversation(url, [request])[0]


def conversation(url: str, requests: Sequence[Request]) -> list[Answer | None]:
    """Each answer to requests that go over one connection; None from where on the service closes it."""
    parts, answers, unread = urlsplit(url), list[Answer | None](), b""
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=TIMEOUT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a body waits for no ACK
        for number, request in enumerate(requests, start=1):
            reader = Reader(connection, request.method, unread)
            _send(connection, request, parts.netloc, reader, close=number == len(requests))
            answers.append(reader.answer(to_the_end=number == len(requests)))
            unread = reader.unread
    return answers


def _send(connection: socket.socket, request: Request, host: str, reader: Reader, *, close: bool) -> None:
    with suppress(OSError):  # closed before all was sent: an early answer is an answer too
        connection.sendall(request.head(host, close=close))
        if request.framing != "expect" or reader.is_told_to_go_on():
            for piece in request.payload():
                connection.sendall(piece)
        if request.framing.startswith("short"):
            connection.shutdown(socket.SHUT_WR)
