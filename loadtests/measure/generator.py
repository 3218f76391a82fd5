"""k6 or wrk: drive it against a service and watch what both of them use; certify what k6 can do at most."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from math import nan
from pathlib import Path
from tempfile import TemporaryDirectory

from harness import k6, usage
from harness.process import started
from harness.server import Server, free_port
from loadtests.measure import gates, remote, wrk
from loadtests.measure.placement import HERE, Placement

SAMPLING = 0.2  # seconds between two readings of the memory and of k6's clock
NOTHING = Path(__file__).parents[1] / "floors" / "nothing.py"
CERTIFICATE = 3  # seconds for each of its scripts
CERTIFIED = ("hello", "echo")  # k6 makes up and compares a body for each echo: of that it can do fewer


Clock = list[tuple[float, float]]  # times, and the generator's processor time by each of them
Memory = tuple[float, str]  # in MiB, the highest; and its kind


@dataclass(frozen=True)
class Drive:
    """One run of the generator against the service, and what the two of them used."""

    outcome: k6.Outcome | str
    seconds: float  # in which the processor time was used
    k6_cpu: float
    service_cpu: float
    memory: Memory


def driven(
    server: Server, script: str, settings: Mapping[str, object], scenario: str = "", hosts: Sequence[str] = ()
) -> Drive:
    """The scenario, of a script that has more than one; by k6 on the hosts, where there are any."""
    settings = {"BASE_URL": server.url, **settings}
    if hosts:
        return driven_from(hosts, server, script, settings)
    summary, log = server.scratch / f"{script}.json", server.scratch / f"{script}.log"
    command = k6.command(script, summary, settings)
    return used(server, command, log, lambda status: k6.read(summary, status, scenario or script, log))


def driven_from(hosts: Sequence[str], server: Server, script: str, settings: Mapping[str, object]) -> Drive:
    """By k6 on other machines, which share the load.

    Their processor time is not seen, and their clocks are not ours: they say how long the scenario took.
    """
    archive = server.scratch / f"{script}.tar"
    k6.archive(script, settings, archive)
    users = int(str(settings.get("VUS", len(hosts))))
    parts = remote.parts(hosts[:users], server.scratch)  # none without a user
    before, begin = server.cpu_seconds(), time.monotonic()
    with ExitStack() as running:
        processes = [running.enter_context(part.started(archive)) for part in parts]
        memory, _ = watched(processes, server)
    took = time.monotonic() - begin
    ended = zip(parts, processes, strict=True)
    outcome = remote.merged([part.outcome(process.returncode, script) for part, process in ended])
    return Drive(
        outcome,
        took if isinstance(outcome, str) else outcome.seconds,
        k6_cpu=nan,
        service_cpu=server.cpu_seconds() - before,
        memory=memory,
    )


def driven_by_wrk(server: Server, operation: str, users: int, seconds: float) -> Drive:
    log = server.scratch / "wrk.log"
    command = wrk.command(server.url, operation, users, seconds)
    return used(server, command, log, lambda status: wrk.read(log, status))


def used(server: Server, command: Sequence[str], log: Path, read: Callable[[int], k6.Outcome | str]) -> Drive:
    """`read` makes the outcome of the exit status."""
    reaped, before, begin = usage.reaped_cpu_seconds(), server.cpu_seconds(), time.time()
    with started(command, log, cores=usage.split().k6) as process:
        memory, clock = watched([process], server)
    end = time.time()
    clock = [(begin, 0), *clock, (end, usage.reaped_cpu_seconds() - reaped)]
    outcome = read(process.returncode)
    if not isinstance(outcome, str) and outcome.seconds > 0 and begin <= outcome.began < end:
        # The scenario alone: k6 starts, and sums up, on a processor that the service leaves idle.
        begin, end = outcome.began, min(end, outcome.began + outcome.seconds)
    return Drive(
        outcome,
        end - begin,
        k6_cpu=used_between(clock, begin, end),
        service_cpu=server.cpu_seconds() - before,
        memory=memory,
    )


def watched(processes: Sequence[subprocess.Popen[bytes]], server: Server) -> tuple[Memory, Clock]:
    """Until the last of them has ended; the clock is that of one at a time."""
    memory, clock, running = server.memory(), Clock(), [*processes]
    while running:
        try:
            running[0].wait(SAMPLING)
            running.pop(0)
        except subprocess.TimeoutExpired:
            clock.append((time.time(), usage.cpu_seconds(running[0].pid)))
        server.ensure_running()
        memory = max(memory, server.memory())
    return memory, clock


def used_between(clock: Clock, start: float, end: float) -> float:
    import numpy as np  # takes long, and is not needed before something was measured

    times, used = zip(*clock, strict=True)
    return float(np.interp(end, times, used) - np.interp(start, times, used))


def certified(placement: Placement = HERE) -> dict[str, float]:
    """How many requests per second k6, from where it is, makes of a server that does nothing."""
    with (
        TemporaryDirectory(prefix="certificate-") as scratch,
        closing(nothing(Path(scratch), placement)) as server,
    ):
        server.start()
        return {script: reached(server, script, placement.load_from) for script in CERTIFIED}


def nothing(scratch: Path, placement: Placement = HERE) -> Server:
    host, name = placement.address, "the server that does nothing"
    port = free_port(host=host)
    command = [sys.executable, str(NOTHING), host, str(port)]
    return Server(name, command, scratch, host=host, port=port, cores=placement.split.service)


def reached(server: Server, script: str, hosts: Sequence[str]) -> float:
    settings = {"DURATION": f"{CERTIFICATE}s"}
    outcome = driven(server, script, settings, hosts=hosts).outcome
    if wrong := gates.unanswered(outcome, None):
        raise k6.K6Error(f"k6 cannot be measured against a server that does nothing: {gates.sentence(wrong)}")
    assert not isinstance(outcome, str)  # noqa: S101 - which is wrong
    return round(outcome.requests / outcome.seconds, 1)


def share(ceilings: Mapping[str, float], scenario: str, requests_per_second: float) -> float:
    """Of the ceiling of the scenario: where it was not measured, of the highest."""
    return requests_per_second / ceilings.get(scenario, max(ceilings.values()))
