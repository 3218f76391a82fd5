"""The applications that do nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import httpx
import pytest

from harness.service import APPLICATIONS


def loaded(name: str) -> ModuleType:
    spec = spec_from_file_location(f"floor_{name}", APPLICATIONS / "floors" / f"{name}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_wsgi(path: str, sent: bytes = b"") -> httpx.Response:
    transport = httpx.WSGITransport(loaded("wsgi").app)
    with httpx.Client(transport=transport, base_url="http://floor") as client:
        return client.post(path, content=sent)


def by_asgi(path: str, sent: bytes = b"") -> httpx.Response:
    async def halves() -> AsyncIterator[bytes]:
        yield sent[:3]
        yield sent[3:]

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(loaded("asgi").app)
        async with httpx.AsyncClient(transport=transport, base_url="http://floor") as client:
            return await client.post(path, content=halves())

    return asyncio.run(ask())


@pytest.mark.parametrize("asked", [by_wsgi, by_asgi])
@pytest.mark.parametrize(
    ("path", "sent", "body"),
    [
        ("/healthz", b"", b'{"status":"ok"}'),
        ("/hello", b"", b'{"message":"Hello, World!"}'),
        ("/echo", b'{"a": [1]}', b'{"a": [1]}'),
        ("/echo", b"{}", b"{}"),
    ],
)
def test_a_floor_greets_and_sends_a_body_back(
    asked: Callable[..., httpx.Response], path: str, sent: bytes, body: bytes
) -> None:
    answer = asked(path, sent)
    assert (answer.status_code, answer.content) == (200, body)
    assert answer.headers == {"Content-Type": "application/json", "Content-Length": str(len(body))}
    assert asked("/items").status_code == 404


def test_a_floor_has_nothing_to_do_at_its_start_and_its_end_and_says_so() -> None:
    sent: list[str] = []

    async def receive() -> dict[str, str]:
        return {}

    async def send(message: dict[str, str]) -> None:
        sent.append(message["type"])

    asyncio.run(loaded("asgi").app({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
