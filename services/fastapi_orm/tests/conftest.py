import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.main import create_app

ROOT = Path(__file__).parents[1]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "items.db"


@pytest.fixture
def app(database: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    return migrated_app(f"sqlite:///{database}", monkeypatch)


def migrated_app(url: str, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setenv("DATABASE_URL", url)
    command.upgrade(AlembicConfig(ROOT / "alembic.ini"), "head")
    return create_app()


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


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
        # one worker: a signal that reaches a second one while it still starts is lost
        defaults["WEB_CONCURRENCY"] = "1"
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
