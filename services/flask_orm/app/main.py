import gc

from flask import Flask, Response

from . import db, errors
from .schemas import BODY_MAX, JSON, ItemId
from .views import views


class BareResponse(Response):
    default_mimetype = None  # a 204 has no Content-Type


def create_app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.response_class = BareResponse
    app.json = JSON(app)
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX + 1
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # the contract has no OPTIONS
    app.url_map.merge_slashes = False  # would answer //items with a redirect
    app.url_map.converters["item_id"] = ItemId
    db.register(app)
    errors.register(app)
    app.register_blueprint(views)
    return app


app = create_app()
# What is there by now stays, and the rows of a list, thousands of objects, are in no cycles.
gc.freeze()
gc.set_threshold(10_000)
