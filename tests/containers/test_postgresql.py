"""compose.yaml's profile postgresql: two copies behind nginx, under load, one killed, the database restarted.

The images of PostgreSQL and nginx are stand-ins, built of Debian's packages: a registry may be out of reach.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import httpx
import pytest
import yaml

from harness.container import BUILD_NETWORK, docker
from tests.commands import ROOT
from tests.containers.docker import COMPOSE, Project
from tests.containers.test_containers import LAMP, ids

HERE = Path(__file__).parent
WRITERS = 8
STEADY = 30  # answers of each writer, one after another, after which what was away is back
DEADLINE = 60.0  # seconds for it to come back

pytestmark = pytest.mark.containers


@pytest.fixture(scope="module")
def stand_ins() -> dict[str, str]:
    """Where the environment names no images: of a registry, as POSTGRES_IMAGE=postgres:17."""
    images = {"POSTGRES_IMAGE": "stand-in-postgres", "NGINX_IMAGE": "stand-in-nginx"}
    images = {name: image for name, image in images.items() if name not in os.environ}
    for image in images.values():
        target, file = image.removeprefix("stand-in-"), str(HERE / "stand_ins.Dockerfile")
        words = ("--quiet", f"--network={BUILD_NETWORK}", f"--target={target}", f"--tag={image}")
        docker("build", *words, f"--file={file}", str(HERE))
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


@dataclass
class Load:
    """Writers that never stop; an answer belongs to the phase in which its request began and ended."""

    url: str
    phase: str = "at first"
    ended: Event = field(default_factory=Event)
    answers: list[tuple[str, int]] = field(default_factory=list)
    acknowledged: set[int] = field(default_factory=set)
    in_a_row: Counter[int] = field(default_factory=Counter)

    def write(self, writer: int) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as client:
            while not self.ended.is_set():
                phase = self.phase
                answer = client.post("/items", json=LAMP)
                self.answers.append((phase if phase == self.phase else "between", answer.status_code))
                self.in_a_row[writer] += 1
                if answer.status_code == 201:
                    self.acknowledged.add(answer.json()["id"])
                else:
                    self.in_a_row[writer] = 0

    def is_steady(self) -> bool:
        return all(self.in_a_row[writer] >= STEADY for writer in range(WRITERS))

    def while_away(self, phase: str, disturb: Callable[[], object]) -> None:
        """Something goes away and comes back; the phase ends when every writer is answered again."""
        self.phase = phase
        disturb()
        self.in_a_row.clear()
        self.until_steady()
        self.phase = f"after {phase}"
        self.in_a_row.clear()
        self.until_steady()

    def until_steady(self) -> None:
        deadline = time.monotonic() + DEADLINE
        while not self.is_steady():
            assert time.monotonic() < deadline, Counter(self.answers)
            time.sleep(0.05)


def test_a_killed_copy_and_a_restarted_database_lose_no_write(project: Project, url: str) -> None:
    load, copy = Load(url), project.container("copy_1")

    def kill() -> None:
        docker("kill", copy.name)
        load.in_a_row.clear()
        load.until_steady()  # by the other copy alone
        docker("start", copy.name)
        copy.wait_until_healthy()

    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(load.write, number) for number in range(WRITERS)]
        try:
            load.until_steady()
            load.while_away("a copy is killed", kill)
            load.while_away("the database restarts", lambda: project.compose("restart", "postgresql"))
        finally:
            load.ended.set()
        for writer in writers:
            writer.result()
    seen = Counter(load.answers)
    print(json.dumps({f"{phase}: {status}": number for (phase, status), number in sorted(seen.items())}))
    assert load.acknowledged <= set(ids(url))
    assert {status for _, status in seen} <= {201, 502, 503}
    assert all(status == 201 for phase, status in seen if phase == "at first" or phase.startswith("after"))
    assert seen["the database restarts", 503]


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
