"""What an experiment makes of a service, or of a machine, that is not as it should be."""

from collections.abc import Callable
from contextlib import nullcontext
from itertools import chain, count, repeat
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock, Mock

import psycopg
import pytest

from harness.command import Exit
from harness.k6 import K6Error
from harness.tests.fakes import listening
from torture import overload, postgresql, signals, startup, synced
from torture.__main__ import recorded, torture
from torture.service import SHORT, Effort, Result, StuckError
from torture.tests.answering import answering
from torture.writer import Writers


class StrangeError(Exception):
    """Nobody expects it."""


def test_whatever_an_experiment_meets_is_its_fault() -> None:
    record = recorded("flask_sqlite", "hostile", Mock(side_effect=StrangeError("odd")), Effort(SHORT))
    assert record.faults == ["StrangeError: odd"]


def test_a_tool_that_is_missing_is_no_fault_of_a_service() -> None:
    with pytest.raises(K6Error):
        recorded("flask_sqlite", "overload", Mock(side_effect=K6Error("k6 is missing")), Effort(SHORT))


def test_a_service_that_cannot_be_on_a_database_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exit) as ended:
        torture(["flask_sqlite"], database="postgresql")
    assert ended.value.exit_code == 2
    assert "Unknown service on postgresql: flask_sqlite." in capsys.readouterr().err


@pytest.mark.parametrize("experiment", [signals.drain, signals.reload])
def test_writes_that_are_answered_500_are_a_fault(
    experiment: Callable[[str, Effort], Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("rows", "rows_of_the_file", "stops_well"):
        monkeypatch.setattr(signals, name, Mock(return_value={}))
    with listening(answering({"POST": 500}, repeat(b"[]"))) as url:
        service = MagicMock(url=url, workers=Mock(side_effect=([pid] for pid in count())))
        monkeypatch.setattr(signals, "tortured", Mock(return_value=nullcontext(service)))
        result = experiment("alpha", Effort(SHORT))
    assert any(fault.startswith("POST was answered 500") for fault in result.faults)
    assert result.counts["lost or twice"] == 0


def test_a_copy_that_refuses_a_write_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("rows_of_the_file", "stops_well"):
        monkeypatch.setattr(startup, name, Mock(return_value={}))
    result = Result()
    with listening(answering({"POST": 503, "GET": 200}, repeat(b"[]"))) as url:
        monkeypatch.setattr(startup, "tortured", Mock(return_value=nullcontext(MagicMock(url=url))))
        startup.copies("alpha", tmp_path / "items.db", result)
    assert result.faults == [f"a write to copy {number} was answered 503" for number in (0, 1)]


def test_strace_that_may_not_trace_is_no_fault_of_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "strace").symlink_to("/bin/false")
    monkeypatch.setenv("PATH", str(tmp_path))
    figures = {"synced before the answer": "not tried: strace is missing, or may not trace"}
    assert synced.synced("alpha", Effort(SHORT)) == Result(figures=figures)


def test_what_is_never_answered_503_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(monotonic=count(step=10).__next__, sleep=Mock())
    monkeypatch.setattr("torture.service.time", clock)
    observer = Mock(**{"execute.side_effect": [None] * 20})
    ground = Mock(**{"connect.side_effect": chain([observer], repeat(psycopg.OperationalError()))})
    with pytest.raises(StuckError):
        postgresql.connections(ground, Writers([]))


def test_k6_has_longer_than_it_is_told_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Mock()
    monkeypatch.setattr(overload, "started", Mock(return_value=nullcontext(process)))
    monkeypatch.setattr(overload, "k6", Mock(**{"read.return_value": "no summary"}))
    overload.loads(MagicMock(), Result(), 120)
    assert min(call.args[0] for call in process.wait.call_args_list) > 120
