from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import ViewSet

from .db.base import ensure_writable
from .errors import InvalidError, details
from .models import Item
from .serializers import NewItem, Page

# Rows, without an instance of the model for each.
ITEMS = Item.objects.values_list("id", "name", "description", "price", "quantity")
PIECE = 2000  # items
# Made once, as a list serializer makes its child once: the fields of each serializer are a costly copy.
NEW_ITEM, PAGE = NewItem(), Page()


def _items(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    return [
        {"id": item_id, "name": name, "description": description, "price": price, "quantity": quantity}
        for item_id, name, description, price, quantity in rows
    ]


def _in_pieces(rows: Iterator[tuple[Any, ...]]) -> Iterator[bytes]:
    """JSON, in pieces: a million objects at once take five times the memory of their JSON."""
    before = b"["
    while piece := _items(islice(rows, PIECE)):
        yield before + orjson.dumps(piece)[1:-1]
        before = b","
    yield b"]" if before == b"," else b"[]"


class View(ViewSet):
    http_method_names = ["get", "head", "post", "put", "delete"]  # noqa: RUF012 - Django has it so; no OPTIONS

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        wrapped = super().initialize_request(request, *args, **kwargs)
        # The framework takes a body in chunks for none, and none for an empty object.
        wrapped._stream = request.META["wsgi.input"]  # noqa: SLF001
        return wrapped

    def perform_authentication(self, request: Request) -> None:
        pass  # there is none

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}  # Allow stands in a 405 alone


def _valid(serializer: Serializer[Any], location: str, value: object) -> Any:
    try:
        return serializer.run_validation(value)
    except ValidationError as error:
        raise InvalidError(location, details(error)) from None


class Basics(View):
    def hello(self, _request: Request) -> Response:
        return Response({"message": "Hello, World!"})

    def echo(self, request: Request) -> HttpResponseBase:
        try:
            answer = JsonResponse(request.data, safe=False, json_dumps_params={"allow_nan": False})
        except ValueError:  # a number beyond a double's range was read as infinity
            raise ParseError("The body has a number that is too large.") from None
        if not isinstance(request.data, dict | list):
            raise InvalidError("body", {"": "It should be an object or an array."})
        return answer


class Items(View):
    def list_items(self, request: Request) -> HttpResponseBase:
        page = _valid(PAGE, "query", request.query_params.dict())
        items = ITEMS.filter(id__gt=page["after"]).order_by("id")[: page["limit"]]
        # all of them, before the answer begins: an error is still an answer of its own then
        pieces = list(_in_pieces(items.iterator(PIECE)))
        length = {"Content-Length": str(sum(map(len, pieces)))}
        return StreamingHttpResponse(pieces, content_type="application/json", headers=length)

    def create_item(self, request: Request) -> Response:
        values = _valid(NEW_ITEM, "body", request.data)
        item = Item.objects.create(**values)
        return Response({"id": item.id, **values}, 201, headers={"Location": f"/items/{item.id}"})

    def get_item(self, _request: Request, item_id: int) -> Response:
        return Response(_items([ITEMS.get(id=item_id)])[0])

    def replace_item(self, request: Request, item_id: int) -> Response:
        values = _valid(NEW_ITEM, "body", request.data)
        if not Item.objects.filter(id=item_id).update(**values):
            raise Item.DoesNotExist
        return Response({"id": item_id, **values})

    def delete_item(self, _request: Request, item_id: int) -> Response:
        deleted, _ = Item.objects.filter(id=item_id).delete()
        if not deleted:
            raise Item.DoesNotExist
        return Response(status=204)


class Operation(View):
    def health(self, _request: Request) -> Response:
        Item.objects.exists()
        ensure_writable()
        return Response({"status": "ok"})
