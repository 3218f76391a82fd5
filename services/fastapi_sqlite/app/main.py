from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import FastAPI

from .config import Config
from .db import open_pool
from .errors import add_handlers
from .middleware import HeadMiddleware, UnreadBodyMiddleware
from .views import basics, items


class Items(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """What FastAPI generates, without the 422 that it gives every operation that has a parameter."""
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                    del operation["responses"]["422"]
        return document


def create_app(config: Config | None = None) -> FastAPI:
    config = config or Config()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = config.threads
        app.state.config = config
        with open_pool(config) as app.state.pool:
            yield

    app = Items(
        title="Items",
        version="2.0.0",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.include_router(basics)
    app.include_router(items)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(UnreadBodyMiddleware)
    add_handlers(app)
    return app
