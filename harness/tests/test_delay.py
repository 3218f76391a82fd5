"""The delay passes on what is sent, both ways, and outlives connections however they end."""

import socket
import struct
import sys
from collections.abc import Iterator

import pytest

from harness.process import started
from harness.server import free_port
from harness.service import ROOT
from harness.tests.fakes import listens, until

ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: a close that resets


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[socket.socket, int]]:
    """What listens behind the delay, and the port before it."""
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as behind:
        behind.settimeout(10)
        command = [sys.executable, "-m", "harness.delay", str(port), str(behind.getsockname()[1]), "1"]
        with started(command, tmp_path_factory.mktemp("delay") / "log", cwd=ROOT):
            until(lambda: listens(port), "the delay listens")
            behind.accept()[0].close()
            yield behind, port


@pytest.mark.parametrize("ending", ["one", "the other", "both", "reset"])
def test_what_is_sent_arrives_and_the_delay_outlives_it(ends: tuple[socket.socket, int], ending: str) -> None:
    behind, port = ends
    for _ in range(5):
        near = socket.create_connection(("127.0.0.1", port), timeout=10)
        far = behind.accept()[0]
        far.settimeout(10)
        for sender, receiver in ((near, far), (far, near)):
            sender.sendall(b"x" * 300_000)
            received = 0
            while received < 300_000:
                data = receiver.recv(2**16)
                assert data
                received += len(data)
        if ending == "reset":
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        first, second = (far, near) if ending == "the other" else (near, far)
        first.close()
        if ending != "both":
            assert second.recv(1) == b""
        second.close()
