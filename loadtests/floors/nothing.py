# ruff: noqa: INP001 - a program
"""A server that does nothing, as fast as asyncio can: it greets, and sends a body back.

What k6 reaches against it is what k6 can reach on this machine. They share the machine, but a request takes
some 20 µs of a core here and several times that in k6: the ceiling is a little too low rather than too high.
It reads no more of HTTP than Content-Length, and so answers nobody but k6.
"""

import asyncio
import re
import sys

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
GREETING = HEAD % (27, b'{"message":"Hello, World!"}')
LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)


class Nothing(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n") + 4) > 3:
            length = LENGTH.search(self.received, 0, end)
            after = end + int(length[1]) if length else end
            if len(self.received) < after:
                return
            body, self.received = self.received[end:after], self.received[after:]
            assert isinstance(self.transport, asyncio.WriteTransport)  # noqa: S101 - a socket's is
            self.transport.write(HEAD % (len(body), body) if body else GREETING)


async def serve(host: str, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Nothing, host, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
