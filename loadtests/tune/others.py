"""What else than k6 and the service used the machine while they were measured."""

from collections.abc import Sequence
from math import isnan, nan
from statistics import median
from typing import Any

from loadtests.tune.result import Probe

QUIET = 0.05  # the share of the cores that may be used by others
Times = Any  # psutil.cpu_times(), whose fields depend on the system


def share(begin: Times, end: Times, mine: float) -> float:
    """Of all cores, what neither k6 nor the service used and was not idle, or was taken from the machine."""
    passed = sum(end[:8]) - sum(begin[:8])  # without guests: they are part of user
    idle = end.idle - begin.idle + getattr(end, "iowait", 0.0) - getattr(begin, "iowait", 0.0)
    return max((passed - idle - mine) / passed, 0.0) if passed > 0 else nan


def usual(probes: Sequence[Probe]) -> float:
    shares = [one.others_cpu_share for one in probes if not isnan(one.others_cpu_share)]
    return median(shares) if shares else 0.0
