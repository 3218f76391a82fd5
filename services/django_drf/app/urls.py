from django.urls import path
from rest_framework.routers import SimpleRouter

from . import views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("items", views.ItemViewSet)

urlpatterns = [
    path("hello", views.hello),
    path("echo", views.echo),
    path("healthz", views.health),
    *router.urls,
]

handler400 = "app.errors.bad_request"
handler403 = "app.errors.permission_denied"
handler404 = "app.errors.not_found"
handler500 = "app.errors.server_error"
