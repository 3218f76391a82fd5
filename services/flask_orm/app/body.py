"""The body of a request: JSON, read strictly and whole."""

from io import BytesIO
from typing import IO, Any

import flask
from flask import abort
from flask.json.provider import DefaultJSONProvider
from pydantic_core import from_json
from werkzeug.utils import cached_property
from werkzeug.wsgi import get_input_stream

BODY_MAX = 2**20  # bytes


class JSON(DefaultJSONProvider):
    """Flask's JSON, but NaN, Infinity, lone surrogates and encodings other than UTF-8 are errors."""

    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return super().dumps(obj, allow_nan=False, **kwargs)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return from_json(s, allow_inf_nan=False, **kwargs)


class Request(flask.Request):
    """Flask's request, but a body that is too large, or not whole, is an error, however it was sent."""

    @cached_property
    def stream(self) -> IO[bytes]:
        limit = self.max_content_length or 0
        length = self.content_length  # None: it comes in chunks
        if length is not None and length > limit:
            abort(413)
        try:
            body = get_input_stream(self.environ).read(limit + 1)
        except Exception:  # noqa: BLE001 - each server has an exception of its own for a chunk that is none
            abort(400, "The body is not valid HTTP.")
        if len(body) > limit:
            abort(413)
        if length is not None and length != len(body):
            abort(400, "The body ended early.")
        return BytesIO(body)
