"""Drive k6 against a service, and watch what both of them use."""

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness import k6, usage
from harness.process import started
from harness.server import Server
from loadtests.runner import stats

SAMPLING = 0.2  # seconds between two readings of the memory and of k6's clock


@dataclass
class Watch:
    """What was seen while k6 ran."""

    memory: tuple[float, str]
    clock: list[tuple[float, float]] = field(default_factory=list)  # time, and k6's processor time by then

    def k6_cpu_between(self, start: float, end: float) -> float:
        return stats.at(self.clock, end) - stats.at(self.clock, start)


@dataclass(frozen=True)
class Run:
    """One run of k6 against the service, and what the two of them used."""

    outcome: k6.Outcome | str
    seconds: float  # in which the processor time was used
    k6_cpu: float
    service_cpu: float
    memory_mib: float
    memory_kind: str


def driven(
    server: Server, k6_binary: str, script: str, settings: Mapping[str, object], scenario: str | None = None
) -> Run:
    """The scenario, of a script that has more than one."""
    summary, log = server.scratch / f"{script}.json", server.scratch / f"{script}.log"
    command = k6.command(k6_binary, script, summary, {"BASE_URL": server.url, **settings})
    cores, service = usage.split(), server.pid
    reaped, used, begin = usage.reaped_cpu_seconds(), usage.cpu_seconds(service), time.time()
    with started(command, log, cores=cores and cores.k6) as process:
        watch = watched(process, server)
    end = time.time()
    watch.clock = [(begin, 0), *watch.clock, (end, usage.reaped_cpu_seconds() - reaped)]
    outcome = k6.read(summary, process.returncode, scenario or script, log)
    if not isinstance(outcome, str) and outcome.seconds > 0 and begin <= outcome.began < end:
        # The scenario alone: k6 starts, and sums up, on a processor that the service leaves idle.
        begin, end = outcome.began, min(end, outcome.began + outcome.seconds)
    return Run(
        outcome,
        end - begin,
        k6_cpu=watch.k6_cpu_between(begin, end),
        service_cpu=usage.cpu_seconds(service) - used,
        memory_mib=watch.memory[0],
        memory_kind=watch.memory[1],
    )


def watched(process: subprocess.Popen[bytes], server: Server) -> Watch:
    watch = Watch(usage.memory_mib(server.pid))
    running = True
    while running:
        try:
            process.wait(SAMPLING)
            running = False
        except subprocess.TimeoutExpired:
            watch.clock.append((time.time(), usage.cpu_seconds(process.pid)))
        server.ensure_running()
        watch.memory = max(watch.memory, usage.memory_mib(server.pid))
    return watch
