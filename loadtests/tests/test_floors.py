"""The applications that do nothing."""

import asyncio
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from io import BytesIO
from types import ModuleType
from typing import Any

import pytest

from harness.service import APPLICATIONS


def loaded(name: str) -> ModuleType:
    spec = spec_from_file_location(f"floor_{name}", APPLICATIONS / "floors" / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Answer = tuple[int, dict[str, str], bytes]


def by_wsgi(path: str, sent: bytes = b"") -> Answer:
    said: list[Any] = []
    environ = {"PATH_INFO": path, "CONTENT_LENGTH": str(len(sent)), "wsgi.input": BytesIO(sent + b"next")}
    body = b"".join(loaded("wsgi").app(environ, lambda *words: said.extend(words)))
    return int(said[0][:3]), dict(said[1]), body


def by_asgi(path: str, sent: bytes = b"") -> Answer:
    parts = [{"body": sent[:3], "more_body": True}, {"body": sent[3:], "more_body": False}]
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", **parts.pop(0)}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    asyncio.run(loaded("asgi").app({"type": "http", "path": path}, receive, send))
    start, body = said
    headers = {name.decode().title(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, body["body"]


@pytest.mark.parametrize("asked", [by_wsgi, by_asgi])
def test_a_floor_greets_and_sends_a_body_back(asked: Callable[..., Answer]) -> None:
    for path, sent, wanted in [
        ("/healthz", b"", b'{"status":"ok"}'),
        ("/hello", b"", b'{"message":"Hello, World!"}'),
        ("/echo", b'{"a": [1]}', b'{"a": [1]}'),
        ("/echo", b"{}", b"{}"),
    ]:
        status, headers, body = asked(path, sent)
        assert (status, body) == (200, wanted)
        assert headers == {"Content-Type": "application/json", "Content-Length": str(len(wanted))}
    assert asked("/items")[0] == 404


def test_a_floor_has_nothing_to_do_at_its_start_and_its_end_and_says_so() -> None:
    sent: list[str] = []

    async def receive() -> dict[str, str]:
        return {}

    async def send(message: dict[str, str]) -> None:
        sent.append(message["type"])

    asyncio.run(loaded("asgi").app({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
