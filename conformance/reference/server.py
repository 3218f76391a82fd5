"""HTTP around the reference. h11 reads the requests; the answers are written as they are, faults and all."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from socket import SHUT_WR
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import h11

from conformance.reference.service import Reference
from harness.wire import Answer, Request

PIECE = 65_536
PATIENCE = 30.0  # seconds, for a client that neither sends nor closes


class Server(ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, reference: Reference) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reference = reference

    def handle_error(self, *_: Any) -> None:
        """A client that has gone away is no news."""


class Handler(BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        self.request.settimeout(PATIENCE)
        unread, more = b"", True
        while more:
            events = h11.Connection(h11.SERVER, max_incomplete_event_size=PIECE)
            if unread:
                events.receive_data(unread)
            try:
                head = self.next(events)
            except h11.RemoteProtocolError:
                self.send(Answer(400, (("content-length", "0"),), b""), more=False)
                return
            if not isinstance(head, h11.Request):
                return
            request, is_whole = self.whole(head, events)
            more = is_whole and "close" not in (request.header("Connection") or "").lower()
            more = more and head.http_version == b"1.1"
            answer = self.server.reference.answer(request)
            self.send(answer, more=more)
            unread = events.trailing_data[0]
            if self.server.reference.leaves_body and answer.status >= 400:
                unread = request.body + unread
        self.drain()

    def next(self, events: h11.Connection) -> Any:
        while (event := events.next_event()) is h11.NEED_DATA:
            events.receive_data(self.request.recv(PIECE))
        return event

    def whole(self, head: h11.Request, events: h11.Connection) -> tuple[Request, bool]:
        """The request with its body, but for one that is too long or ends early: nothing can follow that."""
        headers = tuple(f"{name.decode()}: {value.decode('latin-1')}" for name, value in head.headers)
        request = Request(head.method.decode(), head.target.decode("latin-1"), headers)
        most = self.server.reference.body_max
        if int(request.header("Content-Length") or 0) > most:
            return replace(request, framing="announced"), False
        if events.they_are_waiting_for_100_continue:
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body, framing = b"", "chunked" if request.header("Transfer-Encoding") else "length"
        try:
            while isinstance(event := self.next(events), h11.Data) and len(body) <= most:
                body += event.data
        except (h11.RemoteProtocolError, ConnectionError):
            return replace(request, body=body, framing=f"short {framing}"), False
        return replace(request, body=body, framing=framing), isinstance(event, h11.EndOfMessage)

    def send(self, answer: Answer, *, more: bool) -> None:
        phrase = HTTPStatus(answer.status).phrase
        lines = [f"{name}: {value}" for name, value in answer.headers] + ["connection: close"] * (not more)
        head = "\r\n".join([f"HTTP/1.1 {answer.status} {phrase}", *lines, "", ""])
        self.request.sendall(head.encode("latin-1") + answer.body)

    def drain(self) -> None:
        """To close with something unread would reset the connection, and the answer could be lost."""
        with suppress(OSError):
            self.request.shutdown(SHUT_WR)
            while self.request.recv(PIECE):
                pass


@contextmanager
def serving(reference: Reference) -> Iterator[str]:
    """The URL at which the reference answers, until the block ends."""
    with Server(reference) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            with suppress(KeyboardInterrupt):
                server.shutdown()
