"""Errors that a client cannot cause by what it sends."""

import json
import logging
import sqlite3
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.urls import path
from rest_framework.authentication import BasicAuthentication
from rest_framework.decorators import api_view, authentication_classes
from rest_framework.exceptions import APIException, NotAuthenticated, PermissionDenied, Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient

from app import errors


class ConflictError(APIException):
    status_code = 409
    default_detail = "Something else was quicker."


def raising(error: Exception) -> Callable[..., HttpResponseBase]:
    @api_view(["GET"])
    @authentication_classes([BasicAuthentication])
    def view(_request: Request) -> Response:
        raise error

    return view


def forbidden(_request: HttpRequest) -> HttpResponseBase:
    raise DjangoPermissionDenied


class Urls:
    urlpatterns = (
        path("401", raising(NotAuthenticated())),
        path("403", raising(PermissionDenied())),
        path("403/django", forbidden),
        path("409", raising(ConflictError())),
        path("429", raising(Throttled(wait=7))),
        path("500", raising(RuntimeError("secret"))),
    )
    handler403 = partial(errors.answer, 403, "no")
    handler500 = partial(errors.answer, 500, "a fault")


@pytest.mark.parametrize(
    ("where", "headers"),
    [
        ("401", {"WWW-Authenticate": 'Basic realm="api"'}),
        ("403", {}),
        ("403/django", {}),
        ("409", {}),
        ("429", {"Retry-After": "7"}),
    ],
)
def test_an_error_keeps_its_status_and_its_headers(
    client: APIClient, where: str, headers: dict[str, str]
) -> None:
    with override_settings(ROOT_URLCONF=Urls):
        answer = client.get(f"/{where}")
    assert answer.status_code == int(where[:3])
    assert answer.json()["status"] == answer.status_code
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert headers.items() <= dict(answer.headers).items()


def test_a_fault_is_a_problem_without_a_trace(client: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(ROOT_URLCONF=Urls), caplog.at_level(logging.ERROR):
        answer = client.get("/500")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "secret" not in answer.content.decode()
    assert "secret" in caplog.text


@pytest.mark.django_db
def test_a_mistake_in_the_sql_is_a_fault(client: APIClient, caplog: pytest.LogCaptureFixture) -> None:
    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql.replace("price", "prise"), params, many, context)

    with connection.execute_wrapper(fail):
        answer = client.get("/items")
    assert answer.status_code == 500
    assert "prise" in caplog.text
    assert "prise" not in answer.content.decode()


def test_a_locked_database_is_unavailable(served: tuple[subprocess.Popen[str], int], tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{served[1]}/items"
    post = urllib.request.Request(url, b'{"name": "Lamp", "price": 1}', {"Content-Type": "application/json"})
    with closing(sqlite3.connect(tmp_path / "items.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(post, timeout=30)  # noqa: S310 - it is http
        with error.value:
            assert error.value.code == 503
            assert error.value.headers["Retry-After"] == "1"
            assert error.value.headers["Content-Type"] == "application/problem+json"
        assert json.load(urllib.request.urlopen(url, timeout=30)) == []
