from collections.abc import Iterator

import pytest

from harness.container import built
from harness.service import services
from tests.containers import docker


@pytest.fixture(scope="session", autouse=True)
def _engine() -> None:
    if not docker.answers():
        pytest.exit("no Docker engine answers; start one, or name its client in DOCKER", returncode=1)


@pytest.fixture(scope="session", params=services())
def image(request: pytest.FixtureRequest) -> str:
    service: str = request.param
    built(service)
    return service


@pytest.fixture(scope="module")
def container(image: str) -> Iterator[docker.Container]:
    with docker.running(image) as container:
        container.wait_until_healthy()
        yield container
