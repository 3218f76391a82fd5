"""Processor time and memory of processes that are known to have used some."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import usage
from harness.container import Container
from harness.service import LaunchError

BURN = "import time\nwhile time.process_time() < 0.1: pass\n"
PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {BURN!r}])
child = subprocess.Popen([sys.executable, "-c", {BURN + "print('burnt', flush=True); input()"!r}],
                         stdin=sys.stdin, stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print("ready", flush=True)
child.wait()
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def test_processor_time_and_memory_are_of_the_whole_family(parent: subprocess.Popen[str]) -> None:
    """Also of children that ended."""
    assert usage.cpu_seconds(parent.pid) >= 0.19  # /proc tells of those that ended in ticks of 10 ms
    [child] = usage.family(parent.pid)[1:]
    together, kind = usage.memory_mib(parent.pid)
    alone, _ = usage.memory_mib(child.pid)
    assert together > alone > 0
    assert kind in ("pss", "rss")


def test_our_own_ended_children_are_counted() -> None:
    before = usage.reaped_cpu_seconds()
    subprocess.run([sys.executable, "-c", BURN], check=True)
    assert usage.reaped_cpu_seconds() - before >= 0.1


def test_of_a_container_that_has_ended_the_last_lines_of_its_log_are_told(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        pass
    container = Container("alpha", ["docker"], tmp_path, port=1)
    container.pid = ended.pid
    container.log.write_text("out of memory\n")
    for ask in (container.memory, container.cpu_seconds):
        with pytest.raises(LaunchError, match=r"alpha is gone\.\n  out of memory"):
            ask()
