from fastapi import FastAPI

from .config import Config
from .db import lifespan
from .errors import HANDLERS
from .middleware import head_as_get, read_body_first
from .views import basics, items


def create_app(config: Config | None = None) -> FastAPI:
    app = FastAPI(
        title="Items",
        version="2.0.0",
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.config = config or Config()
    app.include_router(basics)
    app.include_router(items)
    app.add_middleware(head_as_get)
    app.add_middleware(read_body_first)
    return app
