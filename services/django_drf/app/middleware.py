from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase


def framing(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """The length of an answer, which would otherwise go out in chunks. HEAD has that of GET, and no body."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponse):
            response.headers["Content-Length"] = str(len(response.content))
        if request.method == "HEAD":
            return HttpResponse(status=response.status_code, headers=response.headers)
        return response

    return middleware
