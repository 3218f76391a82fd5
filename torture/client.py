"""One connection to a service, and what came back."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage
from typing import Any, Self


class NoAnswerError(Exception):
    """The request was refused, or its answer did not come, or not whole."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    def __init__(self, port: int, *, reuse: bool = True, timeout: float = 30.0) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
        self._reuse = reuse

    def send(self, method: str, target: str, value: object = None) -> Reply:
        """Raises NoAnswerError; the next request then goes over a new connection."""
        body = None if value is None else json.dumps(value)
        headers = {"Content-Type": "application/json"} if body else {}
        if not self._reuse:
            headers["Connection"] = "close"
        try:
            self._connection.request(method, target, body, headers)
            answer = self._connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        except (OSError, HTTPException) as error:
            self._connection.close()
            raise NoAnswerError(f"{method} {target}: {type(error).__name__}") from error

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
