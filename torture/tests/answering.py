from collections.abc import Callable, Iterator, Mapping
from socket import socket


def answering(statuses: Mapping[str, int], bodies: Iterator[bytes]) -> Callable[[socket], None]:
    """To each request, by its method: to one that has a body when its object has come."""

    def answer(connection: socket) -> None:
        method = b""
        while data := connection.recv(2**16):
            method = data.partition(b" ")[0] if b" HTTP/1.1\r\n" in data else method
            if method in (b"GET", b"DELETE") or data.endswith(b"}"):
                status = statuses[method.decode()]
                body = b"" if status == 204 else next(bodies)
                head = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
                connection.sendall(head + body)

    return answer
