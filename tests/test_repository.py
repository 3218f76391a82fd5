"""What holds between the services, which share no code: the same versions, and copies that are copies."""

import re
import subprocess
from itertools import combinations
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVICES = sorted(path.parent for path in ROOT.glob("services/*/gunicorn.conf.py"))
PINNED = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def pins(requirements: Path) -> dict[str, str]:
    return dict(PINNED.findall(requirements.read_text()))


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_dependency_of_several_services_has_one_version(name: str) -> None:
    for one, other in combinations(SERVICES, 2):
        ours, theirs = pins(one / name), pins(other / name)
        for package in ours.keys() & theirs.keys():
            assert ours[package] == theirs[package], f"{package} in {one.name} and {other.name}"


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_what_is_installed_to_test_a_service_is_what_it_runs_with(service: Path) -> None:
    dev = pins(service / "requirements-dev.txt")
    assert pins(service / "requirements.txt").items() <= dev.items()


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return listed.splitlines()


def test_no_lock_file_of_a_package_manager_is_committed() -> None:
    locks = {"uv.lock", "poetry.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "Pipfile.lock"}
    assert not [path for path in tracked() if Path(path).name in locks]


def test_requirements_name_no_index() -> None:
    for path in tracked():
        if Path(path).name.startswith("requirements"):
            assert "://" not in (ROOT / path).read_text(), path
