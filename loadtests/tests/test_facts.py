"""What a service runs on, against what its plan says; and the machine."""

import subprocess
from pathlib import Path

import pytest

from harness import usage
from harness.server import Server
from loadtests.measure import facts, gates
from loadtests.measure.plan import Variant
from loadtests.measure.sample import Reason

PROCESSES = """
[tool.service]
interface = "{interface}"

[tool.service.processes]
worker_class = "gunicorn.workers.gthread.ThreadWorker"
http_parser = "gunicorn"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a service that says what its workers are."""
    (tmp_path / "pyproject.toml").write_text(PROCESSES.format(interface="wsgi"))
    return tmp_path


@pytest.fixture
def planned(folder: Path) -> facts.Facts:
    pinned = Variant(service="flask_sqlite", packages={"flask": "3.1.0"})
    return facts.planned(pinned, Path("/venv"), folder)


ANSWER = {
    "worker_class": "gunicorn.workers.gthread.ThreadWorker",
    "threads": 2,
    "event_loop": None,
    "http_parser": "gunicorn",
    "python": "3.11.7",
    "prefix": "/venv",
    "connections": [["wal", 2], ["wal", 2]],
    "packages": {"flask": "3.1.0"},
}


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([ANSWER] * 2, ""),
        ([ANSWER], "workers is 1 where the plan says 2"),
        ([{**ANSWER, "threads": 8}] * 2, "threads is 8 where the plan says 2"),
        ([ANSWER, {**ANSWER, "threads": 8}], "threads is 2 and 8 where the plan says 2"),
        ([{**ANSWER, "worker_class": "SyncWorker"}] * 2, "worker_class is SyncWorker where the plan says"),
        ([{**ANSWER, "worker_class": None}] * 2, "worker_class is none where the plan says gunicorn"),
        ([{**ANSWER, "http_parser": "gunicorn_h1c"}] * 2, "http_parser is gunicorn_h1c where"),
        ([{**ANSWER, "connections": [["delete", 2]]}] * 2, "journal_mode is DELETE where the plan says WAL"),
        ([{**ANSWER, "connections": [["wal", 1]]}] * 2, "synchronous is NORMAL where the plan says FULL"),
        ([{**ANSWER, "prefix": "/other"}] * 2, "prefix is /other where the plan says /venv"),
        ([{**ANSWER, "connections": []}] * 2, ""),  # closed ones leave the file to be asked
        ([], "workers is 0 where the plan says 2"),
        ([{**ANSWER, "packages": {"flask": "3.1.3"}}] * 2, "flask is 3.1.3 where the plan says 3.1.0"),
        ([ANSWER, {**ANSWER, "packages": {"flask": "none"}}], "flask is 3.1.0 and none where the plan says"),
    ],
)
def test_where_a_service_runs_otherwise_than_planned(
    planned: facts.Facts, answers: list[facts.Facts], reason: str
) -> None:
    wrong = facts.disagreement(facts.together(answers, {"journal_mode": "WAL"}), planned)
    assert (gates.sentence(wrong) if wrong else "").startswith(reason)
    assert bool(wrong) == bool(reason)


def test_a_worker_that_has_just_ended_answers_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server("alpha", ["true"], tmp_path)
    with subprocess.Popen(["true"]) as ended:
        pass
    monkeypatch.setattr(server, "workers", lambda: [ended.pid])
    assert facts.running(server, Variant(service="alpha")) == Reason(code="worker")


def test_what_a_variant_sets_and_expects_is_planned(folder: Path) -> None:
    env = {"WEB_CONCURRENCY": "4", "SQLITE_SYNCHRONOUS": "NORMAL"}
    expects = {"event_loop": "asyncio"}
    variant = Variant(service="fastapi_orm", env=env, application="twin", expects=expects)
    planned = facts.planned(variant, Path("/venv"), folder)
    assert (planned["workers"], planned["threads"], planned["synchronous"]) == ("4", "2", "NORMAL")
    assert planned["journal_mode"] == "DELETE"
    assert planned["event_loop"] == "asyncio"
    assert planned["worker_class"] == "gunicorn.workers.gthread.ThreadWorker"
    (folder / "pyproject.toml").write_text(PROCESSES.format(interface="asgi"))
    planned = facts.planned(Variant(service="fastapi_orm", application="twin"), Path("/venv"), folder)
    assert planned["worker_class"] == "uvicorn_worker._workers.UvicornWorker"
    floor = facts.planned(Variant(service="alpha", application="floor"), Path("/venv"), folder)
    assert not {"journal_mode", "synchronous"} & floor.keys()


def test_a_busy_machine_is_told_with_its_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "cores", lambda: 2)
    assert facts.busy(0.9) == ""
    assert facts.busy(9.04).startswith("The machine was busy before the run began: load 9.0 on 2 cores.")
