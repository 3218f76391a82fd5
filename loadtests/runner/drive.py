"""Drive k6 against a service, and watch what both of them use."""

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

from loadtests.runner import k6, usage
from loadtests.runner.launch import Server
from loadtests.runner.process import started

SAMPLING = 0.2  # seconds between two readings of the memory


@dataclass(frozen=True)
class Run:
    """One run of k6 against the service, and what the two of them used."""

    outcome: k6.Outcome | str
    seconds: float
    k6_cpu: float
    service_cpu: float
    memory_mib: float
    memory_kind: str


def driven(server: Server, k6_binary: str, script: str, settings: Mapping[str, object]) -> Run:
    summary, log = server.scratch / f"{script}.json", server.scratch / f"{script}.log"
    command = k6.command(k6_binary, script, summary, {"BASE_URL": server.url, **settings})
    service = server.process.pid
    reaped, used, begin = usage.reaped_cpu_seconds(), usage.cpu_seconds(service), time.monotonic()
    with started(command, log) as process:
        highest = watched(process, server)
    seconds = time.monotonic() - begin
    return Run(
        k6.read(summary, process.returncode, script, log),
        seconds,
        k6_cpu=usage.reaped_cpu_seconds() - reaped,
        service_cpu=usage.cpu_seconds(service) - used,
        memory_mib=highest[0],
        memory_kind=highest[1],
    )


def watched(process: subprocess.Popen[bytes], server: Server) -> tuple[float, str]:
    """The highest memory of the service while the process runs."""
    highest = usage.memory_mib(server.process.pid)
    while True:
        try:
            process.wait(SAMPLING)
        except subprocess.TimeoutExpired:
            server.ensure_running()
            highest = max(highest, usage.memory_mib(server.process.pid))
        else:
            server.ensure_running()
            return max(highest, usage.memory_mib(server.process.pid))
