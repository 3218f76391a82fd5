import json
from typing import IO, Any

from pydantic_core import from_json
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """The framework's, without what is JSON for Python alone: other encodings, NaN, unpaired surrogates."""

    def parse(self, stream: IO[bytes], _media_type: str | None = None, _context: Any = None) -> Any:
        try:
            data = from_json(stream.read(), allow_inf_nan=False)
            json.dumps(data, allow_nan=False)  # 1e400 was read as infinity, which no answer could say
        except ValueError:
            raise ParseError("The body is not valid JSON.") from None
        return data
