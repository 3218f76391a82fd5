"""The body of a request: JSON, read strictly and whole."""

from io import BytesIO
from typing import IO, Any

import flask
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
        if (self.content_length or 0) > limit:
            flask.abort(413)  # before it comes
        try:
            body = get_input_stream(self.environ).read(limit + 1)
        except Exception:  # noqa: BLE001 - each server has an exception of its own for a chunk that is none
            flask.abort(400, "The body is not valid HTTP.")
        if len(body) > limit:
            flask.abort(413)
        if self.content_length not in {None, len(body)}:  # None: it came in chunks
            flask.abort(400, "The body ended early.")
        return BytesIO(body)
