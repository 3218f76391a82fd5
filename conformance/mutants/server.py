"""HTTP, byte for byte: what the faulty server reads and writes. It judges nothing; the service does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_WR
from typing import Any, Protocol

PIECE = 65536


class TruncatedError(Exception):
    """The body ended before its Content-Length or its last chunk."""


@dataclass
class Request:
    method: str
    target: str
    headers: Message
    pieces: Iterator[bytes]  # of the body, read only where somebody asks

    @property
    def length(self) -> int:
        return int(self.headers.get("Content-Length", 0))

    @property
    def chunked(self) -> bool:
        return "Transfer-Encoding" in self.headers


@dataclass
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Answering(Protocol):
    discards: bool  # what of a body nobody has read

    def answer(self, request: Request) -> Response: ...


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, service: Answering) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.service = service

    def handle_error(self, *_: Any) -> None:
        """A client that has gone away is no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    wbufsize = -1  # one packet for each answer

    def log_message(self, *_: Any) -> None:
        """Nothing: also a client that sends nonsense is no news."""

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(PIECE)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        # not self.path, in which the library has merged leading slashes
        target = self.requestline.split()[1]
        pieces = self.pieces()
        self.send(self.server.service.answer(Request(self.command, target, self.headers, pieces)))
        if self.close_connection:
            self.connection.shutdown(SHUT_WR)  # before the rest of the body, which the client may not send
        if self.server.service.discards:
            self.discard(pieces)

    def discard(self, pieces: Iterator[bytes]) -> None:
        """What nobody asked for stands before the next request."""
        try:
            for _ in pieces:
                pass
        except TruncatedError:
            self.close_connection = True

    def send(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)
        self.wfile.flush()

    def handle_expect_100(self) -> bool:
        return True  # pieces() says it, where the body is wanted

    def pieces(self) -> Iterator[bytes]:
        if self.headers.get("Expect", "").lower() == "100-continue":
            super().handle_expect_100()
            self.wfile.flush()
        if "Transfer-Encoding" in self.headers:
            yield from self.chunks()
        else:
            yield from self.exactly(int(self.headers.get("Content-Length", 0)))

    def exactly(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self.rfile.read(min(size, PIECE))
            if not piece:
                raise TruncatedError
            size -= len(piece)
            yield piece

    def chunks(self) -> Iterator[bytes]:
        while size := self.chunk_size():
            yield from self.exactly(size)
            self.rfile.readline()
        while self.rfile.readline().strip():  # trailers
            pass

    def chunk_size(self) -> int:
        try:
            return int(self.rfile.readline().partition(b";")[0], 16)
        except ValueError:
            raise TruncatedError from None


@contextmanager
def serving(service: Answering) -> Iterator[str]:
    """The URL at which the service answers, until the block ends."""
    with Server(service) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            with suppress(KeyboardInterrupt):
                server.shutdown()
