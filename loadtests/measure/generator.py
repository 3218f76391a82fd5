"""k6 or wrk: drive it against a service and watch what both of them use; certify what k6 can do at most."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import k6, usage
from harness.process import started
from harness.server import Server, free_port
from loadtests.measure import wrk

SAMPLING = 0.2  # seconds between two readings of the memory and of k6's clock
NOTHING = Path(__file__).parents[1] / "floors" / "nothing.py"
CERTIFICATE = 3  # seconds for each of its scripts
CERTIFIED = ("hello", "echo")  # k6 makes up and compares a body for each echo: of that it can do fewer


@dataclass
class Watch:
    """What was seen while k6 ran."""

    memory: tuple[float, str]
    clock: list[tuple[float, float]] = field(default_factory=list)  # time, and k6's processor time by then

    def k6_cpu_between(self, start: float, end: float) -> float:
        import numpy as np  # takes long, and is not needed before something was measured

        times, used = zip(*self.clock, strict=True)
        return float(np.interp(end, times, used) - np.interp(start, times, used))


@dataclass(frozen=True)
class Drive:
    """One run of the generator against the service, and what the two of them used."""

    outcome: k6.Outcome | str
    seconds: float  # in which the processor time was used
    k6_cpu: float
    service_cpu: float
    memory_mib: float
    memory_kind: str


def driven(
    server: Server, binary: str, script: str, settings: Mapping[str, object], scenario: str | None = None
) -> Drive:
    """The scenario, of a script that has more than one."""
    summary, log = server.scratch / f"{script}.json", server.scratch / f"{script}.log"
    command = k6.command(binary, script, summary, {"BASE_URL": server.url, **settings})
    return used(server, command, log, lambda status: k6.read(summary, status, scenario or script, log))


def driven_by_wrk(server: Server, operation: str, users: int, seconds: float) -> Drive:
    log = server.scratch / "wrk.log"
    command = wrk.command(server.url, operation, users, seconds)
    return used(server, command, log, lambda status: wrk.read(log, status))


def used(server: Server, command: Sequence[str], log: Path, read: Callable[[int], k6.Outcome | str]) -> Drive:
    """`read` makes the outcome of the exit status."""
    cores = usage.split()
    reaped, before, begin = usage.reaped_cpu_seconds(), server.cpu_seconds(), time.time()
    with started(command, log, cores=cores and cores.k6) as process:
        watch = watched(process, server)
    end = time.time()
    watch.clock = [(begin, 0), *watch.clock, (end, usage.reaped_cpu_seconds() - reaped)]
    outcome = read(process.returncode)
    if not isinstance(outcome, str) and outcome.seconds > 0 and begin <= outcome.began < end:
        # The scenario alone: k6 starts, and sums up, on a processor that the service leaves idle.
        begin, end = outcome.began, min(end, outcome.began + outcome.seconds)
    return Drive(
        outcome,
        end - begin,
        k6_cpu=watch.k6_cpu_between(begin, end),
        service_cpu=server.cpu_seconds() - before,
        memory_mib=watch.memory[0],
        memory_kind=watch.memory[1],
    )


def watched(process: subprocess.Popen[bytes], server: Server) -> Watch:
    watch = Watch(server.memory())
    running = True
    while running:
        try:
            process.wait(SAMPLING)
            running = False
        except subprocess.TimeoutExpired:
            watch.clock.append((time.time(), usage.cpu_seconds(process.pid)))
        server.ensure_running()
        watch.memory = max(watch.memory, server.memory())
    return watch


def certified(binary: str) -> dict[str, float]:
    """How many requests per second k6 makes of a server that does nothing."""
    with TemporaryDirectory(prefix="certificate-") as scratch, closing(nothing(Path(scratch))) as server:
        server.start()
        return {script: reached(server, binary, script) for script in CERTIFIED}


def nothing(scratch: Path) -> Server:
    port, cores = free_port(), usage.split()
    command = [sys.executable, str(NOTHING), str(port)]
    return Server("the server that does nothing", command, scratch, port=port, cores=cores and cores.service)


def reached(server: Server, binary: str, script: str) -> float:
    outcome = driven(server, binary, script, {"DURATION": f"{CERTIFICATE}s"}).outcome
    if isinstance(outcome, str) or outcome.failed or not outcome.requests:
        why = (
            outcome if isinstance(outcome, str) else f"{outcome.requests} requests, failed: {outcome.failed}"
        )
        raise k6.K6Error(f"k6 cannot be measured against a server that does nothing: {why}")
    return round(outcome.requests / outcome.seconds, 1)


def share(ceilings: Mapping[str, float], scenario: str, requests_per_second: float) -> float:
    """Of the ceiling of the scenario: where it was not measured, of the highest."""
    return requests_per_second / ceilings.get(scenario, max(ceilings.values()))
