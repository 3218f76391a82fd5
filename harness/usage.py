"""The processor time and the memory of a process and all its children."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import psutil

ENOUGH = 4  # cores


def family(pid: int) -> list[psutil.Process]:
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """Used so far, by workers that have ended too: the parent inherits theirs."""
    parent, *children = family(pid)
    ended = parent.cpu_times()
    total = clock(parent) + ended.children_user + ended.children_system
    for child in children:
        with suppress(psutil.NoSuchProcess, OSError):  # ended just now: counted by the parent from here on
            total += clock(child)
    return total


def clock(process: psutil.Process) -> float:
    # clock_getcpuclockid(3), which Python lacks: nanoseconds, where /proc counts ticks of 10 ms
    return time.clock_gettime((~process.pid << 3) | 2)


def memory_mib(pid: int) -> tuple[float, str]:
    """Now, and its kind: pss, which counts a shared page once, or rss where that cannot be read."""
    try:
        return sum(_all(pid, "pss")) / 2**20, "pss"
    except (psutil.AccessDenied, AttributeError):
        return sum(_all(pid, "rss")) / 2**20, "rss"


def _all(pid: int, kind: str) -> Iterator[int]:
    for process in family(pid):
        with suppress(psutil.NoSuchProcess):
            memory = process.memory_full_info() if kind == "pss" else process.memory_info()
            yield getattr(memory, kind)


def reaped_cpu_seconds() -> float:
    """Of our own children that have ended: read before and after one of them, its exact processor time."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Split(NamedTuple):
    service: frozenset[int]
    k6: frozenset[int]


def cores() -> int:
    return len(os.sched_getaffinity(0))


def split(*, apart: bool = True) -> Split:
    """Cores for the service and others for k6, where there are enough for both; else all of them for each."""
    ours = sorted(os.sched_getaffinity(0))
    half = len(ours) // 2 if apart and len(ours) >= ENOUGH else 0
    return Split(frozenset(ours[:half] or ours), frozenset(ours[half:]))
