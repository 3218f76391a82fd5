"""Two fakes behind nginx, in the place of one server. Each has a file of its own: it tells who answered."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from math import isnan
from pathlib import Path

import httpx
import psutil
import pytest

from harness.service import LaunchError
from harness.tests.fakes import add_service, left_behind, until
from loadtests.measure import block, facts, replicas
from loadtests.measure.databases import Databases
from loadtests.measure.plan import Variant
from loadtests.measure.replicas import Replicas, replicated

TWO = Variant(service="alpha", replicas=2, database="postgresql")
ITEM = {"name": "Lamp", "description": None, "price": 1, "quantity": 0}


@contextmanager
def running(root: Path) -> Iterator[Replicas]:
    try:
        replicas.binary()
    except LaunchError as error:
        pytest.skip(str(error))
    add_service(root, "alpha")
    with replicated(2, "alpha", {"WEB_CONCURRENCY": "2"}, root, probe=facts.PROBE) as server:
        nginx = psutil.Process(server.pid)
        yield server
    assert not nginx.is_running()
    until(lambda: not left_behind(root), "the replicas are gone")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    with running(tmp_path_factory.mktemp("two")) as server:
        yield server


def test_each_replica_answers_and_nginx_is_one_worker(two: Replicas) -> None:
    for _ in range(6):
        assert httpx.post(f"{two.url}/items", json=ITEM, trust_env=False).status_code == 201
    assert [server.count() for server in two.servers] == [3, 3]
    assert two.storage == two.servers[0].storage
    assert [child.name() for child in psutil.Process(two.pid).children()] == ["nginx"]


def test_what_is_read_of_one_server_is_read_of_all_replicas_and_of_nginx_apart(two: Replicas) -> None:
    assert sorted(two.workers()) == sorted(pid for server in two.servers for pid in server.workers())
    before = [server.cpu_seconds() for server in two.servers]
    total = two.cpu_seconds()
    after = [server.cpu_seconds() for server in two.servers]
    assert sum(before) <= total <= sum(after)
    assert two.memory_mib() > max(server.memory_mib() for server in two.servers)
    alone = Variant(service="alpha")
    assert block.beside(Databases(None), alone, two)["nginx_cpu_ms_per_request"] > 0
    assert all(isnan(clock) for clock in block.beside(Databases(None), alone, two.servers[0]).values())


def test_all_workers_are_asked_what_they_run_on(two: Replicas, tmp_path: Path) -> None:
    configuration = facts.running(two, TWO)
    assert isinstance(configuration, dict)
    assert configuration["workers"] == 4
    (tmp_path / "pyproject.toml").touch()
    assert facts.planned(TWO, tmp_path, tmp_path)["workers"] == "4"  # 2 replicas of 2, the default


@pytest.mark.parametrize("which", ["a replica", "nginx"])
def test_one_that_ends_is_missed(tmp_path: Path, which: str) -> None:
    with running(tmp_path) as two:
        two.ensure_running()
        ended = two if which == "nginx" else two.servers[1]
        ended.process.kill()
        ended.process.wait()
        with pytest.raises(LaunchError, match="alpha stopped with exit status -9"):
            two.ensure_running()


def test_without_nginx_it_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(LaunchError, match="There is no nginx, which stands before replicas: apt-get install"):
        replicas.version()
