"""Gunicorn's settings for a twin on packages of its own."""

import importlib.util
import runpy

import pytest

from harness.service import TWIN_CONFIG


@pytest.mark.parametrize(
    ("packages", "worker"),
    [
        ({"flask"}, "gthread"),
        ({"uvicorn"}, "uvicorn.workers.UvicornWorker"),
        ({"uvicorn", "uvicorn_worker"}, "uvicorn_worker.UvicornWorker"),
    ],
)
def test_the_worker_is_that_of_the_packages(
    packages: set[str], worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in packages else None)
    for name, value in {"HOST": "127.0.0.1", "PORT": "8001", "WEB_CONCURRENCY": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("THREADS", raising=False)
    option, path = TWIN_CONFIG
    assert option == "--config"
    settings = runpy.run_path(path)
    assert settings["worker_class"] == worker
    assert (settings["bind"], settings["workers"], settings["threads"]) == ("127.0.0.1:8001", 1, 2)
