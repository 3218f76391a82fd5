"""Behind a proxy that is configured as a service's README says, no client harms another."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from harness.server import Server, free_port
from harness.service import SERVICES, declared, services
from harness.wire import Client, Request, exchange
from tests.commands import tool

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
HAPROXY = """
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
{lines}
"""
FRONTEND = """
frontend web
    bind :80
    default_backend {backend}
"""
PROXIES = {"nginx": (NGINX, ["nginx", "-e", "stderr", "-c"]), "haproxy": (HAPROXY, ["haproxy", "-db", "-f"])}
UPSTREAM = "127.0.0.1:8000"  # in a README

GOOD, REFUSED = 4, 4  # clients
WRITES, REFUSALS = 20, 10  # of each of them
LARGE = b'{"name": "' + b"a" * 120_000 + b'", "price": 1}'
JSON_TYPE = ("Content-Type: application/json",)
REFUSABLE = {
    404: Request("POST", "/nowhere", JSON_TYPE, LARGE, "length"),
    405: Request("POST", "/hello", JSON_TYPE, LARGE, "length"),
    413: Request("POST", "/items", JSON_TYPE, LARGE * 9, "length"),
    415: Request("POST", "/items", ("Content-Type: text/plain",), LARGE, "length"),
    422: Request("POST", "/items", JSON_TYPE, LARGE, "length"),
}


def lines(service: str, proxy: str) -> str:
    """The block of code for that proxy in the service's README."""
    readme = (SERVICES / service / "README.md").read_text()
    [block] = re.findall(rf"^```{proxy}\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert UPSTREAM in block
    return str(block)


def of_bodies(service: str) -> tuple[str, ...]:
    """What a body goes through: the lines of the README, the framework, and the service's own code for it."""
    app = SERVICES / service / "app"
    own = (app / f"{name}.py" for name in ("body", "middleware", "routing"))
    code = (path.read_text() for path in own if path.exists())
    return declared(service).framework, *(lines(service, proxy) for proxy in PROXIES), *code


# Of services in which all of that is the same, one is started.
DIFFERENT = {of_bodies(service): service for service in reversed(services())}.values()
pytestmark = pytest.mark.parametrize("server", DIFFERENT, indirect=True)


@pytest.fixture(params=PROXIES)
def url(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[str]:
    """Of the proxy in front of the service."""
    proxy, port = request.param, free_port()
    if not shutil.which(proxy):
        pytest.skip(f"{proxy} is not installed: apt-get install {proxy}")
    around, command = PROXIES[proxy]
    text = lines(server.service, proxy).replace(UPSTREAM, f"127.0.0.1:{server.port}")
    if backend := re.match(r"backend (\w+)", text):
        text += FRONTEND.format(backend=backend[1])
    text = re.sub(r"(listen|bind) [^;\n]*", rf"\1 127.0.0.1:{port}", text)
    config = tmp_path / "config"
    config.write_text(around.format(folder=tmp_path, lines=text))
    with closing(Server(proxy, [*command, str(config)], tmp_path, port=port)) as front:
        front.start()
        yield front.url


def test_what_one_client_is_refused_costs_no_other_its_write(url: str) -> None:
    """They share the proxy's connections to the service: a refusal leaves each fit for the next request."""
    with ThreadPoolExecutor(GOOD + REFUSED) as pool:
        writers = [pool.submit(writes, url) for _ in range(GOOD)]
        refused = [pool.submit(refusals, url) for _ in range(REFUSED)]
        assert sum((writer.result() for writer in writers), Counter()) == {201: GOOD * WRITES}
        expected = {status: REFUSED * REFUSALS // len(REFUSABLE) for status in REFUSABLE}
        assert sum((client.result() for client in refused), Counter()) == expected


def writes(url: str) -> Counter[int]:
    with Client(url) as client:
        answers = (client.send("POST", "/items", {"name": f"{n}", "price": 1}) for n in range(WRITES))
        return Counter(answer.status for answer in answers)


def refusals(url: str) -> Counter[int]:
    requests = [*REFUSABLE.values()] * (REFUSALS // len(REFUSABLE))
    answers = (exchange(url, request) for request in requests)
    return Counter(answer.status if answer else 0 for answer in answers)


def test_bodies_pass_through_it_unharmed(url: str, tmp_path: Path) -> None:
    """Whole, chunked, slow, refused: the cases of the contract that are about bodies."""
    tool("conformance", "--url", url, "--may-delete", "--only", "body", "--report", tmp_path)
