"""What uv is asked for, and what becomes of its answer; uv is a fake."""

import sys
from datetime import date
from pathlib import Path

import pytest

from harness import environment
from harness.environment import UnfitError
from harness.service import LaunchError
from harness.tests.fakes import fake_uv, lines

PROJECT = '[project]\ndependencies = ["Flask[async]>=3,<4", "pydantic_settings>=2", "gunicorn"]\n'
LOCKED = (
    "flask==3.1.3 \\\n    --hash=sha256:00\ngunicorn==27.0.1\ntzdata==2026.6 ; sys_platform == 'win32' \\\n"
)
DAY = date(2025, 5, 11)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    fake_uv(tmp_path, monkeypatch)
    monkeypatch.setattr(environment, "ENVIRONMENTS", tmp_path / "environments")
    (tmp_path / "alpha").mkdir()
    (tmp_path / "alpha" / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "alpha" / "requirements.txt").write_text(LOCKED)
    return tmp_path


def made(folder: Path, **pins: str) -> Path:
    return environment.of("alpha", tuple(pins.items()), DAY, folder)


def test_the_pins_are_asked_for_and_of_the_others_what_the_service_has_is_preferred(folder: Path) -> None:
    (folder / "answer").write_text("flask==3.1.0\ngunicorn==23.0.0\nwerkzeug==3.0.1\n")
    place = made(folder, flask="3.1.0", werkzeug="3.0.1")
    resolve, create, install = lines(folder / "calls")
    assert f"--python {sys.executable} --exclude-newer 2025-05-12 " in resolve
    assert (folder / "preferred").read_text() == LOCKED
    assert create.split()[-1] == str(place)
    assert install.startswith("pip install --quiet --no-deps")
    assert (folder / "told").read_text() == (place / "pins").read_text()
    assert lines(place / "pins") == ["flask==3.1.0", "gunicorn==23.0.0", "werkzeug==3.0.1"]


def test_an_environment_is_made_once_for_the_same_packages(folder: Path) -> None:
    first, again = (environment.made({"flask": "3.1.0", "click": "8"}) for _ in range(2))
    assert first == again
    assert len(lines(folder / "calls")) == 2
    assert environment.made({"flask": "3.1.1", "click": "8"}) != first


def test_of_what_is_asked_for_with_its_extras_and_no_bounds_a_conflict_is_named(folder: Path) -> None:
    with pytest.raises(UnfitError) as refused:
        made(folder, flask="99.0", werkzeug="1.0")
    assert lines(folder / "told") == ["flask[async]==99.0", "pydantic-settings", "gunicorn", "werkzeug==1.0"]
    assert str(refused.value) == (
        "There is no alpha with flask 99.0, werkzeug 1.0: Because flask==99 depends on werkzeug>=99 and you "
        "require werkzeug==1, nothing goes together."
    )


def test_a_version_is_written_in_full_since_it_is_compared_with_what_runs(folder: Path) -> None:
    (folder / "answer").write_text("flask==3.1.0\n")
    with pytest.raises(
        LaunchError, match=r"There is no alpha with flask 3\.1: flask 3\.1 is 3\.1\.0 in full"
    ):
        made(folder, flask="3.1")


def test_an_outage_is_not_taken_for_a_conflict(folder: Path) -> None:
    (folder / "refuses").touch()
    with pytest.raises(LaunchError) as failed:
        made(folder, flask="3.1.0")
    assert not isinstance(failed.value, UnfitError)


@pytest.mark.usefixtures("folder")
def test_without_uv_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LaunchError, match="pip install uv"):
        environment.made({"flask": "3.1.2"})
