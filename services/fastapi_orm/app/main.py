import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from anyio import to_thread
from fastapi import FastAPI

from . import errors
from .config import config
from .views import views


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    to_thread.current_default_thread_limiter().total_tokens = config.threads
    # What is there by now stays, and the rows of a list, thousands of objects, are in no cycles.
    gc.freeze()
    gc.set_threshold(10_000)
    yield


class Items(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """What FastAPI generates, without the 422 that it gives every operation that has a parameter."""
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                    del operation["responses"]["422"]
        return document


def create_app() -> FastAPI:
    return Items(
        title="Items",
        routes=views.routes,  # include_router() would match each path twice
        exception_handlers=errors.handlers,
        lifespan=lifespan,
        openapi_url=None,  # the contract has no such path
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # nothing here reads it
    )


app = create_app()
