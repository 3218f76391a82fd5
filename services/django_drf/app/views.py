from typing import Any

from django.http import Http404
from django.urls import reverse
from rest_framework.decorators import api_view
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet

from .models import Item
from .serializers import ItemSerializer, PageSerializer


@api_view(["GET", "HEAD"])
def hello(_request: Request) -> Response:
    return Response({"message": "Hello, World!"})


@api_view(["POST"])
def echo(request: Request) -> Response:
    if request.stream is None:
        raise ParseError("The body is empty.")
    if not isinstance(request.data, dict | list):
        raise ValidationError("It should be an object or an array.")
    return Response(request.data)


@api_view(["GET", "HEAD"])
def health(_request: Request) -> Response:
    Item.objects.exists()
    return Response({"status": "ok"})


class AfterPagination(BasePagination):
    """`limit` items `after` an id, in a bare array: its last id is all that the next page needs."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:  # noqa: ARG002
        page = PageSerializer(data=request.query_params.dict())
        page.is_valid(raise_exception=True)
        return list(queryset.filter(pk__gt=page.validated_data["after"])[: page.validated_data["limit"]])


class ItemViewSet(ModelViewSet[Item]):
    queryset = Item.objects.all()
    serializer_class = ItemSerializer
    pagination_class = AfterPagination
    lookup_value_converter = "int"
    http_method_names = ["get", "head", "options", "post", "put", "delete"]  # noqa: RUF012 - Django has it so

    def list(self, _request: Request) -> Response:
        # Columns, not objects: a page may be long, and the serializer would make the same of an object.
        rows = self.filter_queryset(self.get_queryset()).values(*self.serializer_class.Meta.fields)
        return Response(self.paginate_queryset(rows))

    def get_success_headers(self, data: Any) -> dict[str, str]:
        return {"Location": reverse(f"{self.basename}-detail", args=[data["id"]])}

    def update(self, request: Request, pk: int) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        # One statement: of two at once, save() on objects that were read before could leave columns of both.
        if not self.get_queryset().filter(pk=pk).update(**serializer.validated_data):
            raise Http404("No item has this id.")
        return Response({"id": pk, **serializer.data})

    def destroy(self, _request: Request, pk: int) -> Response:
        deleted, _ = self.get_queryset().filter(pk=pk).delete()
        if not deleted:
            raise Http404("No item has this id.")
        return Response(status=204)
