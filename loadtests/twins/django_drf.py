"""Django and Django REST framework, as the quickstart has it; the settings are those of startproject."""

import os
import sys

# gunicorn.conf.py has set up the service's Django, and a process has one: begin with a new one
for module in [name for name in sys.modules if name.partition(".")[0] in {"app", "django", "rest_framework"}]:
    del sys.modules[module]

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402

DATABASE = os.environ["DATABASE_URL"].removeprefix("sqlite:///")

settings.configure(
    ALLOWED_HOSTS=["*"],
    APPEND_SLASH=False,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.urandom(32).hex(),
)
django.setup()

from django.db import models  # noqa: E402 - after setup(), as Django has it
from django.urls import path  # noqa: E402
from rest_framework import routers, serializers, viewsets  # noqa: E402
from rest_framework.decorators import api_view  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402


class Item(models.Model):
    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=1000, null=True, blank=True)
    price = models.FloatField()
    quantity = models.IntegerField(default=0)

    class Meta:
        app_label = "items"
        db_table = "items"
        ordering = ("id",)


class ItemSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]  # as the quickstart has it
    class Meta:
        model = Item
        fields = ("id", "name", "description", "price", "quantity")


class ItemViewSet(viewsets.ModelViewSet):  # type: ignore[type-arg]  # as the quickstart has it
    queryset = Item.objects.all()  # type: ignore[attr-defined]  # Django adds it at run time
    serializer_class = ItemSerializer


@api_view(["GET"])
def hello(_request: Request) -> Response:
    return Response({"message": "Hello, World!"})


@api_view(["POST"])
def echo(request: Request) -> Response:
    return Response(request.data)


router = routers.SimpleRouter(trailing_slash=False)
router.register("items", ItemViewSet)
urlpatterns = [path("hello", hello), path("echo", echo), path("healthz", hello), *router.urls]
app = WSGIHandler()
