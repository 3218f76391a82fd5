import socket
from pathlib import Path

import httpx
import psutil
import pytest

from loadtests.runner import launch
from loadtests.runner.launch import LaunchError, installed, launched
from loadtests.tests.conftest import Tree, lines, until

UV = """#!/bin/sh
echo "$@" >> "{calls}"
[ "$1" = venv ] && mkdir -p "{venv}"
exit {status}
"""


@pytest.fixture
def services(tree: Tree) -> Path:
    return tree.root / "services"


def test_the_services_are_the_folders_with_a_gunicorn_conf(services: Path) -> None:
    (services / "no_service").mkdir()
    assert launch.services(services) == ["alpha", "beta"]


def test_a_launched_service_answers_and_is_gone_afterwards(tree: Tree, services: Path) -> None:
    with launched("alpha", root=services) as server:
        assert httpx.get(f"{server.url}/hello", trust_env=False).json() == {"message": "Hello, World!"}
        assert server.database.exists()
        assert len(tree.left_behind) == 3
    assert not server.scratch.exists()
    until(lambda: not tree.left_behind, "the service and its deaf workers are gone")


def test_a_launched_service_is_gone_after_an_error_too(tree: Tree, services: Path) -> None:
    with pytest.raises(ZeroDivisionError), launched("alpha", root=services):
        raise ZeroDivisionError
    until(lambda: not tree.left_behind, "the service and its deaf workers are gone")


def test_a_worker_is_ended_when_its_master_was_killed(tree: Tree, services: Path) -> None:
    with launched("alpha", root=services) as server:
        server.process.kill()
        server.process.wait()
        with pytest.raises(LaunchError, match="alpha stopped with exit status -9"):
            server.ensure_running()
    until(lambda: not tree.left_behind, "the worker is gone")


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


def test_a_service_that_never_answers(tree: Tree, services: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.tell("alpha", "mute")
    monkeypatch.setattr(launch, "DEADLINE", 0.5)
    with (
        pytest.raises(LaunchError, match="alpha did not answer /healthz in"),
        launched("alpha", root=services),
    ):
        pytest.fail("it came up all the same")
    until(lambda: not tree.left_behind, "the service is gone")


def test_a_service_that_is_not_installed(services: Path) -> None:
    (services / "alpha" / ".venv" / "bin" / "gunicorn").unlink()
    with pytest.raises(LaunchError, match="alpha is not installed"), launched("alpha", root=services):
        pytest.fail("it came up all the same")


def test_a_service_is_installed_once_and_again_when_its_requirements_change(
    tree: Tree, services: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    calls = fake_uv(tree, services, monkeypatch, status=0)
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


def test_an_installation_that_failed_is_tried_again(
    tree: Tree, services: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = fake_uv(tree, services, monkeypatch, status=2)
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


def fake_uv(tree: Tree, services: Path, monkeypatch: pytest.MonkeyPatch, status: int) -> Path:
    calls = tree.root / "uv_calls"
    uv = tree.root / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(UV.format(calls=calls, venv=services / "alpha" / ".venv", status=status))
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", f"{uv.parent}:/usr/bin:/bin")
    return calls
