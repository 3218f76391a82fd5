from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


class Request(WSGIRequest):
    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        # Django reads queries in the charset of Content-Type, and fails outside its error handlers where that
        # header is malformed. Here it is about the body alone, and the negotiation judges it.
        self.content_type, self.content_params = meta.get("CONTENT_TYPE", ""), {}


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)
application = Handler()
