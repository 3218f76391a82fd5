import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from harness import server as serving
from harness import service as declaring
from harness.server import Server, launched
from harness.service import LaunchError, installed
from harness.tests.fakes import add_service, fake_uv, left_behind, lines, until


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Path]:
    for name in ("alpha", "beta"):
        add_service(tmp_path, name)
    yield tmp_path
    for pid in left_behind(tmp_path):
        psutil.Process(pid).kill()


@pytest.fixture
def alpha(services: Path) -> Iterator[Server]:
    """Whatever a test does with it, nothing of it is left."""
    with launched("alpha", {"WEB_CONCURRENCY": "3"}, services, workers=3, probe=services) as server:
        yield server
    assert not server.scratch.exists()
    until(lambda: not left_behind(services), "the service and its deaf workers are gone")


def test_a_launched_service_answers_as_it_was_told_to(alpha: Server, services: Path) -> None:
    assert httpx.get(f"{alpha.url}/hello", trust_env=False).json() == {"message": "Hello, World!"}
    assert (len(alpha.workers()), len(left_behind(services))) == (3, 4)
    environment = psutil.Process(alpha.pid).environ()
    assert environment["WEB_CONCURRENCY"] == "3"
    assert environment["DATABASE_URL"] == f"sqlite:///{alpha.database}"
    assert (environment["PYTHONPATH"], environment["PROBE"]) == (str(services), str(alpha.scratch))
    with launched("beta", root=services) as other:
        assert (alpha.url != other.url, alpha.database != other.database) == (True, True)


def test_a_worker_is_ended_when_its_master_was_killed(alpha: Server) -> None:
    alpha.process.kill()
    alpha.process.wait()
    with pytest.raises(LaunchError, match="alpha stopped with exit status -9"):
        alpha.ensure_running()


def test_a_service_that_was_killed_starts_again_on_its_database(alpha: Server) -> None:
    lamp = {"name": "Lamp", "description": None, "price": 1, "quantity": 0}
    httpx.post(f"{alpha.url}/items", json=lamp)
    with alpha.log.open("a") as log:
        log.write("Traceback (most recent call last):\n  File ...\nKeyError: 1\n")
    alpha.kill_all()
    assert alpha.start() > 0
    assert [item["name"] for item in httpx.get(f"{alpha.url}/items?after=0").json()] == ["Lamp"]
    assert alpha.traceback() == "KeyError: 1"  # in the log of any start


def test_what_cannot_be_started_is_told(services: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LaunchError, match=f"Port {port} is taken: stop what listens there"):
            serving.server_of("alpha", services, {"PORT": str(port)}, services)
    for letter in "?%:":
        with pytest.raises(LaunchError, match="No DATABASE_URL has a file in"):
            serving.server_of("alpha", services / f"a{letter}20b" / "scratch", root=services)
    (services / "alpha" / ".venv" / "bin" / "gunicorn").unlink()
    with pytest.raises(LaunchError, match="alpha is not installed"):
        serving.server_of("alpha", services, root=services)


def test_a_service_that_does_not_come_up_is_told_and_ended(
    services: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (services / "alpha" / "order").write_text("mute")
    monkeypatch.setattr(serving.Server, "deadline", 0.5)
    failure = pytest.raises(LaunchError, match="alpha did not answer /healthz in")
    with failure, launched("alpha", root=services):
        pass
    until(lambda: not left_behind(services), "the service is gone")


def test_a_service_is_installed_once_and_again_where_its_requirements_or_its_folder_changed(
    services: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages: list[str] = []
    fake_uv(services, monkeypatch)
    for text in ("flask==1\n", "flask==2\n"):
        (services / "alpha" / "requirements.txt").write_text(text)
        for _ in range(2):
            assert installed("alpha", messages.append, services) == services / "alpha" / ".venv"
    once = [["venv", "--quiet"], ["pip", "sync"]]
    assert messages == ["Installing alpha, this once"] * 2
    assert [line.split()[:2] for line in lines(services / "calls")] == once * 2
    assert "--require-hashes" in lines(services / "calls")[1]
    (services / "moved").mkdir()
    (services / "alpha").rename(services / "moved" / "alpha")
    installed("alpha", root=services / "moved")  # the programs of an environment begin with its path
    assert [line.split()[:2] for line in lines(services / "calls")] == once * 3


def test_an_installation_that_failed_says_why_and_is_tried_again(
    services: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_uv(services, monkeypatch)
    (services / "refuses").touch()
    (services / "alpha" / "requirements.txt").write_text("flask==1\n")
    for _ in range(2):
        with pytest.raises(LaunchError, match="Cannot install alpha: uv venv failed with exit status 2"):
            installed("alpha", root=services)
    assert len(lines(services / "calls")) == 2
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LaunchError, match="pip install uv"):
        installed("alpha", root=services)


def test_a_service_declares_itself_and_what_has_no_twin_is_refused(services: Path) -> None:
    (services / "no_service").mkdir()
    assert declaring.services(services) == ["alpha", "beta"]  # the folders with a gunicorn.conf.py
    with pytest.raises(LaunchError, match=r"not among the twins: loadtests/twins/alpha\.py is missing"):
        declaring.application("alpha", "twins")
    assert declaring.declared("alpha", services).application == "app.main:app"
    (services / "alpha" / "pyproject.toml").write_text("[tool.service]\n")
    with pytest.raises(LaunchError, match=r"alpha does not declare itself: .*'framework'"):
        declaring.declared("alpha", services)
