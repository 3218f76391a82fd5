"""The applications that do nothing."""

import asyncio
import runpy
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from harness.service import APPLICATIONS


def loaded(name: str) -> Any:
    return runpy.run_path(str(APPLICATIONS / "floors" / f"{name}.py"))["app"]


def by_wsgi(path: str, sent: bytes = b"") -> httpx.Response:
    with httpx.Client(transport=httpx.WSGITransport(loaded("wsgi")), base_url="http://floor") as client:
        return client.post(path, content=sent)


def by_asgi(path: str, sent: bytes = b"") -> httpx.Response:
    async def halves() -> AsyncIterator[bytes]:
        yield sent[:3]
        yield sent[3:]

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(loaded("asgi"))
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

    asyncio.run(loaded("asgi")({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
