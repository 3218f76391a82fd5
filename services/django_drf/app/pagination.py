from typing import Any

from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from .fields import QueryIntegerField


class PageSerializer(Serializer[Any]):
    limit = QueryIntegerField(min_value=1, max_value=2000, default=2000)
    after = QueryIntegerField(min_value=1, max_value=2**53 - 1, default=0)


class AfterPagination(BasePagination):
    """`limit` objects `after` an id, in a bare array: its last id is all that the next page needs."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:  # noqa: ARG002 - the framework names it
        page = PageSerializer(data=request.query_params.dict())
        page.is_valid(raise_exception=True)
        return list(queryset.filter(pk__gt=page.validated_data["after"])[: page.validated_data["limit"]])

    def get_paginated_response(self, data: Any) -> Response:
        return Response(data)
