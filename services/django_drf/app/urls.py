from functools import partial

from django.urls import path
from rest_framework.routers import SimpleRouter

from . import views
from .errors import answer

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("items", views.ItemViewSet)

urlpatterns = [
    path("hello", views.hello),
    path("echo", views.echo),
    path("healthz", views.health),
    *router.urls,
]

handler400 = partial(answer, 400, "The request is not valid.")
handler403 = partial(answer, 403, "This is not permitted.")
handler404 = partial(answer, 404, "There is no such path.")
handler500 = partial(answer, 500, "The service failed to answer.")
