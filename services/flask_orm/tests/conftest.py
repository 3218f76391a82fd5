import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade  # type: ignore[import-untyped]  # it has no types

from app.config import Config
from app.main import create_app
from app.models import db

ROOT = Path(__file__).parents[1]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "items.db"


@pytest.fixture
def app(database: Path) -> Iterator[Flask]:
    with migrated_app(f"sqlite:///{database}") as app:
        yield app


@contextmanager
def migrated_app(url: str) -> Iterator[Flask]:
    app = create_app(Config(database_url=url))
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_until_ready(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    process.kill()
    pytest.fail(f"the service did not come up:\n{process.communicate()[0]}")


@pytest.fixture
def start(database: Path) -> Iterator[Start]:
    """Start Gunicorn with these variables, and stop what was started at the end of the test."""
    processes: list[subprocess.Popen[str]] = []

    def start(**variables: str) -> subprocess.Popen[str]:
        defaults = {"DATABASE_URL": f"sqlite:///{database}", "PATH": os.environ["PATH"]}
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"],
            cwd=ROOT,
            env=defaults | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.terminate()
    for process in processes:
        process.communicate(timeout=40)  # above graceful_timeout
