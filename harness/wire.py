"""HTTP as it is on the wire: a request goes out byte for byte as given, and its answer is read strictly.

exchange() and conversation() are for requests that may be no HTTP at all; a Client is for those that are.
"""

import json
import socket
import ssl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import h11

CHUNK = 65_536
TIMEOUT = 30.0  # seconds for any one read or write
LINGER = 0.5  # seconds in which a server that was asked to close the connection does
LARGEST = 2**26  # bytes of an answer


class NoAnswerError(Exception):
    """A request was refused, or its answer did not come, or not whole."""


@dataclass
class Everywhere:
    """What every request of this process has besides its own: of a server behind a path, or a key."""

    path: str = ""  # before each target
    headers: tuple[str, ...] = ()  # in place of a request's own of these names

    @property
    def names(self) -> set[str]:
        return {line.partition(":")[0].lower() for line in self.headers}


EVERYWHERE = Everywhere()


@contextmanager
def everywhere(path: str, headers: Sequence[str]) -> Iterator[None]:
    before = EVERYWHERE.path, EVERYWHERE.headers
    EVERYWHERE.path, EVERYWHERE.headers = path.rstrip("/"), tuple(headers)
    try:
        yield
    finally:
        EVERYWHERE.path, EVERYWHERE.headers = before


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: tuple[str, ...] = ()  # lines
    body: bytes = b""
    framing: str = "none"

    def header(self, name: str) -> str | None:
        lines = (line.partition(":") for line in self.headers)
        return next((value.strip(" \t") for key, _, value in lines if key.lower() == name.lower()), None)

    def head(self, host: str, *, close: bool) -> bytes:
        named = [] if any(line.lower().startswith("host:") for line in self.headers) else [f"Host: {host}"]
        line = f"{self.method} {EVERYWHERE.path}{self.target} HTTP/1.1"
        own = [line for line in self.headers if line.partition(":")[0].lower() not in EVERYWHERE.names]
        lines = [line, *named, *(["Connection: close"] if close else [])]
        lines += [*own, *EVERYWHERE.headers, *self._framing_headers()]
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
    version: str = "1.1"  # of HTTP

    def header(self, name: str) -> str | None:
        """Several fields of one name are one list, as HTTP has it."""
        values = [value for key, value in self.headers if key == name.lower()]
        return ", ".join(values) if values else None

    @property
    def says_close(self) -> bool:
        """That nothing else comes over its connection; of HTTP/1.0, unless it says that it is kept."""
        options = (self.header("Connection") or "").lower()
        return "close" in options or (self.version == "1.0" and "keep-alive" not in options)

    @property
    def media_type(self) -> str:
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Raises ValueError for what is no strict JSON."""
        return json.loads(
            self.body.decode(), parse_constant=refuse, parse_int=_integer, object_pairs_hook=_object
        )


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _integer(digits: str) -> int | float:
    """Of more than these digits Python reads no integer."""
    return int(digits) if len(digits) <= sys.int_info.default_max_str_digits else float(digits)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(members := dict(pairs)) < len(pairs):
        raise ValueError("an object has one member twice")
    return members


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
                if len(body) > LARGEST:
                    raise h11.RemoteProtocolError(f"an answer of more than {LARGEST} bytes")
        assert self.response is not None  # noqa: S101 - h11 ends no message that it did not begin
        headers = tuple((name.decode(), value.decode("latin-1")) for name, value in self.response.headers)
        stray, version = self._stray() if to_the_end else b"", self.response.http_version.decode()
        return Answer(self.response.status_code, headers, body, stray, version)

    @property
    def unread(self) -> bytes:
        return self.events.trailing_data[0]

    def _stray(self) -> bytes:
        stray = self.unread
        self.connection.settimeout(LINGER)
        while len(stray) < LARGEST:
            try:
                received = self.connection.recv(CHUNK)
            except OSError:
                return stray
            if not received:
                break
            stray += received
        return stray


def connect(url: str, timeout: float = TIMEOUT) -> socket.socket:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = socket.create_connection((parts.hostname or "", port), timeout)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a body waits for no ACK
    if parts.scheme == "https":
        return ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname)
    return connection


def exchange(url: str, request: Request) -> Answer | None:
    """The answer, or None where the service closes the connection without one."""
    return conversation(url, [request])[0]


def conversation(url: str, requests: Sequence[Request]) -> list[Answer | None]:
    """Each answer to requests that go over one connection; None from where on the service closes it."""
    parts, answers, unread = urlsplit(url), list[Answer | None](), b""
    with connect(url) as connection:
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


class Client:
    """One connection to a server, which is kept from one request to the next unless `reuse` is false.

    A request is sent at once, and is one packet where it is short.
    """

    def __init__(self, url: str, *, reuse: bool = True, timeout: float = TIMEOUT) -> None:
        self.url, self.reuse, self.timeout = urlsplit(url), reuse, timeout
        self.connection: socket.socket | None = None

    def send(self, method: str, target: str, value: object = None) -> Answer:
        """With the value as JSON. Raises NoAnswerError; the next request then goes over a new connection."""
        request = Request(method, target)
        if value is not None:
            typed = ("Content-Type: application/json",)
            request = Request(method, target, typed, json.dumps(value).encode(), "length")
        try:
            answer = self._answer(request)
        except (OSError, h11.RemoteProtocolError) as error:
            self.close()
            raise NoAnswerError(f"{method} {target}: {type(error).__name__}") from error
        if answer is None:
            self.close()
            raise NoAnswerError(f"{method} {target}: the connection was closed")
        if not self.reuse or answer.says_close:
            self.close()
        return answer

    def _answer(self, request: Request) -> Answer | None:
        if self.connection is None:
            self.connection = connect(self.url.geturl(), self.timeout)
        reader = Reader(self.connection, request.method)
        with suppress(OSError):  # as in _send()
            head = request.head(self.url.netloc, close=not self.reuse)
            self.connection.sendall(head + b"".join(request.payload()))
        return reader.answer(to_the_end=False)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
