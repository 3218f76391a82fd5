"""Docker by its command line, with the hardening that compose.yaml asks for."""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.container import BINARY, HARDENED, docker
from harness.server import free_port
from tests.commands import run

COMPOSE = os.environ.get("COMPOSE", "docker compose").split()
DEADLINE = 60.0  # seconds


def answers() -> bool:
    try:
        return subprocess.run([BINARY, "info"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@dataclass(frozen=True)
class Container:
    name: str
    url: str

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(docker("inspect", "--format={{json .State}}", self.name))
        return state

    def exec(self, *command: str) -> subprocess.CompletedProcess[str]:
        arguments = [BINARY, "exec", self.name, *command]
        return subprocess.run(arguments, capture_output=True, text=True, check=False)

    def log(self) -> str:
        ran = subprocess.run([BINARY, "logs", self.name], capture_output=True, text=True, check=True)
        return ran.stdout + ran.stderr

    def wait(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + DEADLINE
        while not condition(state := self.state()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{state}\n{self.log()}")
            time.sleep(0.1)
        return state

    def wait_until_healthy(self) -> None:
        state = self.wait(lambda state: state["Health"]["Status"] == "healthy" or not state["Running"])
        if not state["Running"]:
            raise RuntimeError(self.log())


@dataclass(frozen=True)
class Project:
    """Of compose.yaml, with the services of its profile too."""

    name: str
    env: Mapping[str, str] | None = None

    def compose(self, *arguments: str) -> str:
        command = [*COMPOSE, "--project-name", self.name, "--profile", "postgresql", *arguments]
        return run(*command, env=self.env).strip()

    def container(self, service: str, url: str = "") -> Container:
        return Container(self.compose("ps", "--quiet", service), url)


@contextmanager
def running(image: str, *options: str) -> Iterator[Container]:
    container = Container(f"{image}-{uuid.uuid4().hex[:8]}", f"http://127.0.0.1:{(port := free_port())}")
    arguments = [f"--name={container.name}", f"--publish=127.0.0.1:{port}:8000", "--health-interval=1s"]
    docker("run", "--detach", *arguments, *HARDENED, *options, image)
    try:
        yield container
    finally:
        docker("rm", "--force", "--volumes", container.name)


@contextmanager
def volume() -> Iterator[str]:
    name = docker("volume", "create")
    try:
        yield name
    finally:
        docker("volume", "rm", name)
