import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from harness import server as serving
from harness import service as declaring
from harness.server import launched
from harness.service import LaunchError, installed
from harness.tests.fakes import add_service, left_behind, lines, until

UV = """#!/bin/sh
echo "$@" >> "{calls}"
[ "$1" = venv ] && mkdir -p "{venv}"
exit {status}
"""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Path]:
    for name in ("alpha", "beta"):
        add_service(tmp_path, name)
    yield tmp_path
    for pid in left_behind(tmp_path):
        psutil.Process(pid).kill()


def test_the_services_are_the_folders_with_a_gunicorn_conf(services: Path) -> None:
    (services / "no_service").mkdir()
    assert declaring.services(services) == ["alpha", "beta"]


def test_a_launched_service_answers_and_is_gone_afterwards(services: Path) -> None:
    with launched("alpha", root=services) as server:
        assert httpx.get(f"{server.url}/hello", trust_env=False).json() == {"message": "Hello, World!"}
        assert server.database.exists()
        assert len(left_behind(services)) == 3
    assert not server.scratch.exists()
    until(lambda: not left_behind(services), "the service and its deaf workers are gone")


def test_a_launched_service_is_gone_after_an_error_too(services: Path) -> None:
    with pytest.raises(ZeroDivisionError), launched("alpha", root=services):
        raise ZeroDivisionError
    until(lambda: not left_behind(services), "the service and its deaf workers are gone")


def test_a_worker_is_ended_when_its_master_was_killed(services: Path) -> None:
    with launched("alpha", root=services) as server:
        server.process.kill()
        server.process.wait()
        with pytest.raises(LaunchError, match="alpha stopped with exit status -9"):
            server.ensure_running()
    until(lambda: not left_behind(services), "the worker is gone")


def test_settings_reach_the_service(services: Path) -> None:
    with launched("alpha", {"WEB_CONCURRENCY": "4"}, root=services) as server:
        environment = psutil.Process(server.process.pid).environ()
    assert environment["WEB_CONCURRENCY"] == "4"
    assert environment["DATABASE_URL"] == f"sqlite:///{server.database}"


def test_two_services_at_once(services: Path) -> None:
    with launched("alpha", root=services) as one, launched("beta", root=services) as other:
        assert one.url != other.url
        assert one.database != other.database


def test_a_port_that_is_taken(services: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with (
            pytest.raises(LaunchError, match=f"Port {port} is taken: stop what listens there"),
            launched("alpha", {"PORT": port}, root=services),
        ):
            pytest.fail("it came up all the same")


def test_a_service_that_never_answers(services: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (services / "alpha" / "order").write_text("mute")
    monkeypatch.setattr(serving, "DEADLINE", 0.5)
    with (
        pytest.raises(LaunchError, match="alpha did not answer /healthz in"),
        launched("alpha", root=services),
    ):
        pytest.fail("it came up all the same")
    until(lambda: not left_behind(services), "the service is gone")


def test_a_service_that_is_not_installed(services: Path) -> None:
    (services / "alpha" / ".venv" / "bin" / "gunicorn").unlink()
    with pytest.raises(LaunchError, match="alpha is not installed"), launched("alpha", root=services):
        pytest.fail("it came up all the same")


def test_a_service_is_installed_once_and_again_when_its_requirements_change(
    services: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    calls = fake_uv(services, monkeypatch, status=0)
    (services / "alpha" / "requirements.txt").write_text("flask==1\n")
    venv = installed("alpha", said.append, services)
    assert venv == services / "alpha" / ".venv"
    assert said == ["Installing alpha, this once"]
    assert [line.split()[:2] for line in lines(calls)] == [["venv", "--quiet"], ["pip", "sync"]]
    assert "--require-hashes" in lines(calls)[1]

    installed("alpha", said.append, services)
    assert (len(said), len(lines(calls))) == (1, 2)

    (services / "alpha" / "requirements.txt").write_text("flask==2\n")
    installed("alpha", said.append, services)
    assert (len(said), len(lines(calls))) == (2, 4)


def test_a_service_whose_folder_was_moved_is_installed_again(
    services: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The programs of an environment begin with the path of its Python."""
    calls = fake_uv(services, monkeypatch, status=0)
    moved = services / "moved"
    moved.mkdir()
    (services / "alpha").rename(moved / "alpha")
    installed("alpha", root=moved)
    assert [line.split()[:2] for line in lines(calls)] == [["venv", "--quiet"], ["pip", "sync"]]


@pytest.mark.parametrize("letter", "?%:")
def test_a_folder_that_no_url_can_name_is_refused(services: Path, letter: str) -> None:
    folder = services / f"a{letter}20b"
    with pytest.raises(LaunchError, match="No DATABASE_URL has a file in"):
        serving.server_of("alpha", folder / "scratch", root=services)


def test_an_installation_that_failed_is_tried_again(services: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_uv(services, monkeypatch, status=2)
    (services / "alpha" / "requirements.txt").write_text("flask==1\n")
    for _ in range(2):
        with pytest.raises(LaunchError, match="Cannot install alpha: uv venv failed with exit status 2"):
            installed("alpha", root=services)
    assert len(lines(calls)) == 2


def test_without_uv_it_says_what_to_do(services: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (services / "alpha" / "requirements.txt").write_text("flask==1\n")
    with pytest.raises(LaunchError, match="pip install uv"):
        installed("alpha", root=services)


def fake_uv(services: Path, monkeypatch: pytest.MonkeyPatch, status: int) -> Path:
    calls = services / "uv_calls"
    uv = services / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(UV.format(calls=calls, venv=services / "alpha" / ".venv", status=status))
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{uv.parent}:/usr/bin:/bin")
    return calls


def test_a_service_that_was_killed_starts_again_on_its_database(services: Path) -> None:
    with launched("alpha", root=services) as server:
        httpx.post(
            f"{server.url}/items", json={"name": "Lamp", "description": None, "price": 1, "quantity": 0}
        )
        server.kill_all()
        server.start()
        assert [item["name"] for item in httpx.get(f"{server.url}/items?after=0").json()] == ["Lamp"]
        server.kill_all()
        server.stop()
        server.start()
        assert server.answers()
    until(lambda: not left_behind(services), "all that was started is gone")


def test_it_is_up_when_its_workers_are_there(services: Path) -> None:
    with launched("alpha", {"WEB_CONCURRENCY": "3"}, services, workers=3) as server:
        assert len(server.workers()) == 3


def test_a_traceback_is_found_in_the_log_of_any_start(services: Path) -> None:
    with launched("alpha", root=services) as server:
        with server.log.open("a") as log:
            log.write("Traceback (most recent call last):\n  File ...\nKeyError: 1\n")
        server.kill_all()
        assert server.start() > 0
        assert server.traceback() == "KeyError: 1"


def test_a_probe_is_imported_and_knows_where_to_write(services: Path, tmp_path: Path) -> None:
    with launched("alpha", root=services, probe=tmp_path) as server:
        environment = psutil.Process(server.pid).environ()
    assert (environment["PYTHONPATH"], environment["PROBE"]) == (str(tmp_path), str(server.scratch))


def test_a_service_declares_itself(services: Path) -> None:
    assert declaring.declared("alpha", services).application == "app.main:app"
    (services / "alpha" / "pyproject.toml").write_text("[tool.service]\n")
    with pytest.raises(LaunchError, match=r"alpha does not declare itself: .*'framework'"):
        declaring.declared("alpha", services)


def test_what_gunicorn_serves_instead_of_a_service(services: Path) -> None:
    floors = str(declaring.APPLICATIONS / "floors")
    assert declaring.application("alpha", "floors", services) == ("--pythonpath", floors, "wsgi:app")
    twins = str(declaring.APPLICATIONS / "twins")
    assert declaring.application("flask_orm", "twins") == ("--pythonpath", twins, "flask_orm:app")
    with pytest.raises(
        LaunchError, match=r"alpha is not among the twins: loadtests/twins/alpha\.py is missing"
    ):
        declaring.application("alpha", "twins")
