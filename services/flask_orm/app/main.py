from flask import Flask, Response

from . import db, errors
from .body import BODY_MAX, JSON, Request
from .config import Config
from .middleware import read_to_the_end
from .views import views


class BareResponse(Response):
    default_mimetype = None  # a 204 has no Content-Type


def never_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def create_app(config: Config | None = None) -> Flask:
    config = config or Config()
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    app.json = JSON(app)
    app.request_class = Request
    app.response_class = BareResponse
    app.wsgi_app = read_to_the_end(app.wsgi_app)  # type: ignore[assignment]
    app.after_request(never_stored)
    db.init_app(app, config)
    errors.init_app(app)
    app.register_blueprint(views)
    return app
