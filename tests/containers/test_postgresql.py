"""compose.yaml's profile postgresql: two copies behind nginx, under load, one killed, the database restarted.

The images of PostgreSQL and nginx are stand-ins, built of Debian's packages: a registry may be out of reach.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from harness.container import BUILD_NETWORK, docker
from tests.commands import ROOT
from tests.containers.docker import COMPOSE, Project
from tests.containers.load import DEADLINE, ids, loading

HERE = Path(__file__).parent

pytestmark = pytest.mark.containers


@pytest.fixture(scope="module")
def stand_ins() -> dict[str, str]:
    """Where the environment names no images: of a registry, as POSTGRES_IMAGE=postgres:17."""
    images = {"POSTGRES_IMAGE": "stand-in-postgres", "NGINX_IMAGE": "stand-in-nginx"}
    images = {name: image for name, image in images.items() if name not in os.environ}
    for image in images.values():
        target, file = image.removeprefix("stand-in-"), str(HERE / "stand_ins.Dockerfile")
        options = ("--quiet", f"--network={BUILD_NETWORK}", f"--target={target}", f"--tag={image}")
        docker("build", *options, f"--file={file}", str(HERE))
    return images


@pytest.fixture(scope="module")
def project(stand_ins: dict[str, str]) -> Iterator[Project]:
    """Of the service that ORM names, as for `just up`: what differs between the three is judged elsewhere."""
    env = os.environ | stand_ins | {"POSTGRES_PASSWORD": secrets.token_hex(8)}
    project = Project("test-profile-postgresql", env)
    try:
        project.compose("up", "--detach", "--build", "proxy")
        yield project
    finally:
        project.compose("down", "--volumes")


@pytest.fixture(scope="module")
def url(project: Project) -> str:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    url = f"http://{services['proxy']['ports'][0].removesuffix(':8080')}"
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{url}/healthz").status_code == 200:
                return url
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(project.compose("logs"))


def test_it_holds_to_the_contract_behind_nginx(project: Project, url: str, tmp_path: Path) -> None:
    """As far as nginx lets it: TRACE and a NUL in a path are answered by nginx itself, in HTML."""
    command = [sys.executable, "-m", "conformance", "--url", url, "--short", f"--report={tmp_path}"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "reachable: pass · basics: pass · items: pass" in ran.stdout, project.compose("logs")


def test_a_killed_copy_and_a_restarted_database_lose_no_write(project: Project, url: str) -> None:
    copy = project.container("copy_1")
    with loading(url) as load:

        def kill() -> None:
            docker("kill", copy.name)
            load.until_steady()  # by the other copy alone
            docker("start", copy.name)
            copy.wait_until_healthy()

        assert set(load.statuses()) == {201}
        killed = load.while_away(kill)
        restarted = load.while_away(lambda: project.compose("restart", "postgresql"))
    print(json.dumps({"a copy is killed": killed, "the database restarts": restarted}))
    assert load.acknowledged <= set(ids(url))
    assert set(load.statuses()) <= {201, 502, 503}
    assert restarted[503]


def test_without_a_password_the_database_does_not_start(stand_ins: dict[str, str]) -> None:
    env = {key: value for key, value in os.environ.items() if key != "POSTGRES_PASSWORD"} | stand_ins
    project = Project("test-no-password", env)
    try:
        command = [*COMPOSE, "--project-name", project.name, "run", "--rm", "postgresql"]
        ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert ran.returncode == 1
        assert "You must specify POSTGRES_PASSWORD" in ran.stdout + ran.stderr
    finally:
        project.compose("down", "--volumes")
