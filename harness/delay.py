"""A slower network: what is sent through it arrives so many milliseconds later, each way.

python -m harness.delay PORT TARGET MILLISECONDS   passes on what comes to one port of this machine to another

It delays bytes and not packets, needs no root, and works where the kernel has no netem. Its own work takes
processor time, and waking up takes a while that differs by machine: measure the round trip.
"""

import ctypes
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from select import select

CHUNK = 2**16
WAKING = 0.07  # ms, each way, on a virtual machine
PR_SET_TIMERSLACK = 29


def joined(client: socket.socket, target: int) -> dict[socket.socket, socket.socket]:
    server = socket.create_connection(("127.0.0.1", target))
    for connection in (client, server):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return {client: server, server: client}


def main(port: int, target: int, milliseconds: float) -> None:
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1)  # ns: it is 50 µs by itself
    listener = socket.create_server(("127.0.0.1", port))
    delay = max(milliseconds - WAKING, 0) / 1000
    peers: dict[socket.socket, socket.socket] = {}
    reading = [listener]
    ended: set[socket.socket] = set()  # nothing more is sent to them
    due: deque[tuple[float, socket.socket, bytes]] = deque()
    while True:
        wait = max(due[0][0] - time.monotonic(), 0) if due else None
        for ready in select(reading, [], [], wait)[0]:
            if ready is listener:
                pair = joined(listener.accept()[0], target)
                peers |= pair
                reading += pair
                continue
            chunk = b""
            with suppress(ConnectionError):
                chunk = ready.recv(CHUNK)
            due.append((time.monotonic() + delay, peers[ready], chunk))
            if not chunk:
                reading.remove(ready)
        while due and due[0][0] <= time.monotonic():
            _, peer, chunk = due.popleft()
            with suppress(OSError):  # it has gone
                if chunk:
                    peer.sendall(chunk)
                else:
                    peer.shutdown(socket.SHUT_WR)
            if not chunk:
                ended.add(peer)
                if (opposite := peers[peer]) in ended:
                    for connection in (peer, opposite):
                        ended.remove(connection)
                        del peers[connection]
                        connection.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
