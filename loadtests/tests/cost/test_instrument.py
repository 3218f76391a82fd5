"""Readings, from what Valgrind writes."""

import shutil
from pathlib import Path

import pytest

from loadtests.cost.instrument import CountError, Instrument, Reading, ensure_available

LOG = """SYSCALL[17269,1](232) sys_epoll_wait ( 7, 0x754cdb0, 3, 1000 ) --> [async] ...
SYSCALL[17269,1](232) ... [async] --> Success(0x1)
SYSCALL[17269,2](228) sys_clock_gettime( 1, 0x1fff000490 )[sync] --> Success(0x0)
SYSCALL[17269,2](  0) sys_read ( 9, 0x5b9c, 8192 ) --> [async] ...
SYSCALL[17269,2](  0) ... [async] --> Success(0x4e)
SYSCALL[17269,2]( 75) sys_fdatasync ( 11 ) --> [async] ...
"""
STATUS = """instrumentation: on
threads: 1 2
current-tid: 1
events-1: 624
function-1-1: main
events-1-1: 26
events-2: 9000
"""


def test_a_reading_is_of_all_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "valgrind.17").write_text(LOG)
    monkeypatch.setattr(Instrument, "ask", lambda *_: STATUS)
    assert Instrument(tmp_path).read(17) == Reading(9624, 3, 1)


def test_a_process_that_does_not_answer_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Instrument, "ask", lambda *_: "no such process\n")
    with pytest.raises(CountError, match="Callgrind tells no counts of process 17: no such process"):
        Instrument(tmp_path).read(17)


def test_valgrind_that_is_missing_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "valgrind" else f"/bin/{name}")
    with pytest.raises(CountError, match=r"Counting needs valgrind: apt-get install valgrind \(Linux only\)"):
        ensure_available()


def test_nothing_of_the_callers_environment_is_seen(tmp_path: Path) -> None:
    environment = Instrument(tmp_path).environment
    assert environment["HOME"] == environment["TMPDIR"] == str(tmp_path)
    assert environment["LC_ALL"] == ""
