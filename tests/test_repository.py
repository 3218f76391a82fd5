"""What holds between the services, which share no code: the same versions, and copies that are copies."""

from pathlib import Path

import pytest

from harness.environment import locked
from harness.service import SERVICES, services
from tests.commands import ROOT, run


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_dependency_of_several_services_has_one_version(name: str) -> None:
    versions: dict[str, set[str]] = {}
    for service in services():
        for package, version in locked(SERVICES / service / name).items():
            versions.setdefault(package, set()).add(version)
    assert not {package: found for package, found in versions.items() if len(found) > 1}


@pytest.mark.parametrize("service", services())
def test_what_is_installed_to_test_a_service_is_what_it_runs_with(service: str) -> None:
    dev = locked(SERVICES / service / "requirements-dev.txt")
    assert locked(SERVICES / service / "requirements.txt").items() <= dev.items()


def test_no_requirements_name_an_index_and_no_lock_file_is_committed() -> None:
    locks = {"uv.lock", "poetry.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Pipfile.lock"}
    for path in map(Path, run("git", "ls-files").splitlines()):
        assert path.name not in locks, path
        if path.name.startswith("requirements"):
            assert "://" not in (ROOT / path).read_text(), path
