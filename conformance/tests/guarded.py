"""A server behind a path and a key, as behind a gateway."""

from dataclasses import replace

import pytest

from conformance.reference.service import Reference
from harness.wire import Answer, Request


class Guarded(Reference):
    path, key = "/v1", "Authorization: Bearer key"

    def __init__(self, behind: Reference) -> None:
        super().__init__()
        self.behind = behind

    def answer(self, request: Request) -> Answer:
        is_let_in = request.header("Authorization") == "Bearer key" and request.target.startswith("/v1/")
        target = request.target.removeprefix("/v1") if is_let_in else "/nope"
        return self.behind.answer(replace(request, target=target))


def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that leads whoever looks at it to a proxy that is not there."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
