"""nginx and HAProxy in front of a service, with the lines that its README gives."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from harness.process import started, tail
from harness.server import Server, free_port
from harness.service import SERVICES

DEADLINE = 30.0  # seconds until a proxy answers
UPSTREAM = "127.0.0.1:8000"  # in a README

# Around the README's lines: the files that nginx would keep elsewhere, and a frontend where there is none.
NGINX = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{lines}
}}
"""
FRONTEND = """
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend all
    bind :80
    default_backend {backend}
"""


def lines(service: str, language: str, upstream: str = UPSTREAM) -> str:
    """The block of code of that language in the service's README, for the service at that address."""
    readme = (SERVICES / service / "README.md").read_text()
    [block] = re.findall(rf"^```{language}\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert UPSTREAM in block
    return str(block).replace(UPSTREAM, upstream)


def of(server: Server, language: str) -> str:
    return lines(server.service, language, f"127.0.0.1:{server.port}")


def nginx(server: Server, folder: Path, port: int) -> list[str]:
    config = folder / "nginx.conf"
    servers = re.sub(r"listen [^;]*;", f"listen 127.0.0.1:{port};", of(server, "nginx"))
    config.write_text(NGINX.format(folder=folder, lines=servers))
    return ["nginx", "-p", str(folder), "-c", str(config), "-e", "stderr"]


def haproxy(server: Server, folder: Path, port: int) -> list[str]:
    text = of(server, "haproxy")
    if "frontend" not in text:
        [backend] = re.findall(r"^backend (\w+)", text, re.MULTILINE)
        text = FRONTEND.format(backend=backend) + text
    config = folder / "haproxy.cfg"
    config.write_text(re.sub(r"bind .*", f"bind 127.0.0.1:{port}", text))
    return ["haproxy", "-db", "-f", str(config)]


PROXIES: dict[str, Callable[[Server, Path, int], list[str]]] = {"nginx": nginx, "haproxy": haproxy}


def is_missing(proxy: str) -> bool:
    return shutil.which(proxy, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin") is None


@contextmanager
def in_front_of(server: Server, proxy: str, folder: Path) -> Iterator[str]:
    """The URL of the proxy."""
    port, log = free_port(), folder / "log"
    url, end = f"http://127.0.0.1:{port}", time.monotonic() + DEADLINE
    with started(PROXIES[proxy](server, folder, port), log) as process:
        while not answers(url):
            assert process.poll() is None, tail(log)
            assert time.monotonic() < end, tail(log)
            time.sleep(0.02)
        yield url


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").is_success
    except httpx.TransportError:
        return False
