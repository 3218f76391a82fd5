from collections.abc import Iterator

import pytest

from harness.server import Server, launched
from harness.service import installed


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The service that a test names, started once for all tests that name it."""
    installed(request.param)
    with launched(request.param) as server:
        yield server
