"""Every answer on its way out: JSON, or an error as problem+json."""

import json
import threading
from contextlib import AbstractContextManager
from typing import Any

from .schema import InvalidError
from .server import Request, Response

TITLES = {
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    500: "Internal Server Error",
}


class RefusedError(Exception):
    def __init__(
        self, status: int, detail: str, headers: dict[str, str] | None = None, **members: Any
    ) -> None:
        self.status, self.detail, self.headers, self.members = status, detail, headers or {}, members


class Replies:
    discards = True

    def __init__(self) -> None:
        self.lock: AbstractContextManager[object] = threading.RLock()

    def answer(self, request: Request) -> Response:
        try:
            with self.lock:
                response = self.perform(request)
        except RefusedError as refused:
            response = self.problem(refused)
        except Exception:  # noqa: BLE001 - that is what a 500 is
            response = self.problem(RefusedError(500, "The service failed to answer."))
        if response.status != 204:
            response.headers["Content-Length"] = str(len(response.body))
        return self.head(response) if request.method == "HEAD" else response

    def perform(self, request: Request) -> Response:
        raise NotImplementedError

    def json(self, status: int, value: Any, **headers: str) -> Response:
        return Response(status, self.dump(value), {"Content-Type": "application/json", **headers})

    def dump(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()

    def invalid(self, invalid: InvalidError, location: str) -> RefusedError:
        errors = [{"location": location, "pointer": p, "detail": d} for p, d in invalid.details.items()]
        return RefusedError(422, "The request is not valid.", errors=errors)

    def problem(self, refused: RefusedError) -> Response:
        body = {
            "type": "about:blank",
            "title": TITLES[refused.status],
            "status": refused.status,
            "detail": refused.detail,
            **refused.members,
        }
        headers = {"Content-Type": "application/problem+json", **refused.headers}
        return Response(refused.status, self.dump(body), headers)

    def head(self, response: Response) -> Response:
        return Response(response.status, b"", response.headers)
