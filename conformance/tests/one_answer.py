"""A server that is right and unlike the five: HTTP/1.0, an answer a connection, ids that descend."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread

from conformance.reference.service import Reference
from harness.wire import Request


class Descending(Reference):
    def __init__(self) -> None:
        super().__init__()
        self.last_id = 10**6

    def next_id(self) -> int:
        return self.last_id - 1


@contextmanager
def at(family: socket.AddressFamily, host: str, reference: Reference) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = tuple(map(": ".join, self.headers.items()))
            answer = reference.answer(Request(self.command, self.path, headers, body, "length"))
            self.send_response_only(answer.status)
            for header in answer.headers:
                self.send_header(*header)
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - as http.server calls them

    class Server(ThreadingTCPServer):
        address_family, request_queue_size, daemon_threads = family, 128, True

    with Server((host, 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://{f'[{host}]' if ':' in host else host}:{server.server_address[1]}"
        server.shutdown()
