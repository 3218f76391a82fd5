"""Replicas of a service, on one database and behind nginx, measured in the place of one server."""

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Unpack

from harness import database
from harness.server import How, Server, free_port, launched
from harness.service import ROOT, LaunchError

CONFIG = ROOT / "compose-nginx.conf"
OF_DEBIAN = "/usr/sbin"  # not on everybody's PATH


class Replicas(Server):
    """Its process is nginx, whose processor time is read apart: all else that is read is the replicas'."""

    def __init__(self, servers: Sequence[Server], scratch: Path, cores: Collection[int] | None) -> None:
        service, host = servers[0].service, servers[0].host
        port = free_port(host=host)
        command = [binary(), "-c", str(configured(scratch, port, servers)), "-e", "stderr"]
        super().__init__(service, command, scratch, host=host, port=port, cores=cores)
        self.servers = servers

    def ensure_running(self) -> None:
        for server in self.servers:
            server.ensure_running()
        super().ensure_running()

    def workers(self) -> list[int]:
        return [pid for server in self.servers for pid in server.workers()]

    def memory(self) -> tuple[float, str]:
        sizes, kinds = zip(*(server.memory() for server in self.servers), strict=True)
        return sum(sizes), kinds[0]

    def cpu_seconds(self) -> float:
        return sum(server.cpu_seconds() for server in self.servers)

    @property
    def storage(self) -> database.Database:
        return self.servers[0].storage


@contextmanager
def replicated(
    number: int, service: str, env: Mapping[str, str], root: Path, **how: Unpack[How]
) -> Iterator[Replicas]:
    """So many of the service, each started as `launched` does, and nginx, which answers for them."""
    with TemporaryDirectory(prefix=f"{service}-") as scratch, ExitStack() as running:
        settings = {**env, "PROBE": scratch}  # one folder has the answers of all workers
        servers = [running.enter_context(launched(service, settings, root, **how)) for _ in range(number)]
        with closing(Replicas(servers, Path(scratch), how.get("cores"))) as replicas:
            replicas.start()
            yield replicas


def binary() -> str:
    path = shutil.which("nginx") or shutil.which("nginx", path=OF_DEBIAN)
    if path is None:
        raise LaunchError("There is no nginx, which stands before replicas: apt-get install nginx")
    return path


def version() -> str:
    """nginx prints it to standard error: nginx version: nginx/1.22.1"""
    text = subprocess.run([binary(), "-v"], capture_output=True, text=True, check=True).stderr  # noqa: S603 - nginx
    return text.strip().rpartition("/")[2]


def configured(folder: Path, port: int, servers: Sequence[Server]) -> Path:
    """As compose.yaml has it: one worker, connections to the replicas that are kept, and no log."""
    upstream = "".join(f"        server {server.host}:{server.port};\n" for server in servers)
    text = re.sub(r"( *server copy_\d:8000;\n)+", upstream, CONFIG.read_text())
    text = text.replace("listen 8080;", f"listen {servers[0].host}:{port};")
    text = re.sub(r"/tmp/([\w.]+);", lambda match: f'"{folder}/{match[1]}";', text)  # noqa: S108 - instead of that
    if os.getuid() == 0:  # its worker would be a user who may not enter the folder
        text = f"user root;\n{text}"
    path = folder / "nginx.conf"
    path.write_text(text)
    return path
