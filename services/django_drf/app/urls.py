from django.urls import path, register_converter

from .serializers import ItemId
from .views import Basics, Items, Operation

register_converter(ItemId, "item_id")

items = Items.as_view({"get": "list_items", "post": "create_item"})
item = Items.as_view({"get": "get_item", "put": "replace_item", "delete": "delete_item"})

urlpatterns = [
    path("hello", Basics.as_view({"get": "hello"})),
    path("echo", Basics.as_view({"post": "echo"})),
    path("items", items),
    path("items/", items),
    path("items/<item_id:item_id>", item),
    path("healthz", Operation.as_view({"get": "health"})),
]

handler400 = "app.errors.bad_request"
handler404 = "app.errors.not_found"
handler500 = "app.errors.server_error"
