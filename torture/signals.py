"""Signals to a service while clients write: SIGKILL, SIGTERM, SIGHUP."""

import random
import signal
import time
from collections import Counter
from itertools import cycle

from psutil import Process

from harness.process import lives
from harness.server import STOPPING, Server
from torture.service import Effort, Result, StuckError, rows, rows_of_the_file, stops_well, tortured, until
from torture.writer import Writers, writing

CLIENTS = 10
KILLS = 100
VICTIMS = ("worker", "worker", "master", "all")
TIMES = 20  # for SIGTERM, and for SIGHUP
WRITES = 50  # before each of them
UNSURE = (503,)  # where the connection to a server was lost, the write may have been committed


def crash(name: str, effort: Effort, **env: str) -> Result:
    """SIGKILL to a worker, to the master, to all of them, at random moments under writers.
    Every write that was answered with a 2xx is there afterwards, none is there twice."""
    result, killed = Result(), Counter[str]()
    back: dict[str, float] = {}
    moment, workers = random.Random(1), set[Process]()
    unsure = UNSURE if "DATABASE_URL" in env else ()
    with tortured(name, **env) as service:
        with writing(service.url, CLIENTS, unsure=unsure) as writers:
            for _, victim in zip(range(effort.of(KILLS, 4)), cycle(VICTIMS), strict=False):
                at_work(writers, 1)
                time.sleep(moment.uniform(0, 0.3))  # the moment of the kill, not a wait for anything
                back[victim] = max(back.get(victim, 0.0), KILL[victim](service, moment))
                killed[victim] += 1
                workers |= set(Process(service.pid).children())
        service.stop()
        until(lambda: not any(map(lives, workers)), "the workers of a killed master end", STOPPING)
        stops_well(service, result)
        disagreements = writers.disagreements(rows(service.storage), exact=False)
    result.faults += disagreements + writers.unexpected()
    result.counts["kills"] = killed.total()
    result.counts["writes answered"] = writers.answered
    result.counts["cut off"] = len(writers.silences)
    result.counts["lost or twice"] = len(disagreements)
    result.figures["back after a worker, the master, all, at the latest"] = ", ".join(
        f"{back[victim]:.1f} s" for victim in dict.fromkeys(VICTIMS) if victim in back
    )
    return result


def at_work(writers: Writers, writes: int) -> None:
    """Until so many more are answered."""
    least = writers.answered + writes
    until(lambda: writers.answered >= least, "the writers are at work")


def kill_worker(service: Server, moment: random.Random) -> float:
    """It comes back by itself."""
    victim = moment.choice(service.workers())
    service.kill(victim)
    return until(lambda: victim not in service.workers() and service.is_up(), "a killed worker is replaced")


def kill_master(service: Server, _: random.Random) -> float:
    """It can be started again at once: what the master leaves behind gives up the port."""
    service.kill(service.pid)
    service.process.wait()
    return service.start()


def kill_all(service: Server, _: random.Random) -> float:
    service.kill_all()
    return service.start()


KILL = {"worker": kill_worker, "master": kill_master, "all": kill_all}


def drain(name: str, effort: Effort) -> Result:
    """SIGTERM under writers. At the end `items.db` alone holds what was answered: no more, no less."""
    result, answered, disagreements = Result(), 0, list[str]()
    times = effort.of(TIMES, 2)
    for _ in range(times):
        with tortured(name) as service:
            with writing(service.url, CLIENTS) as writers:
                at_work(writers, WRITES)
                service.stop()
            disagreements += writers.disagreements(rows_of_the_file(service), exact=True)
            stops_well(service, result)
            result.faults += writers.unexpected()
            answered += writers.answered
    result.counts["SIGTERM"] = times
    result.counts["writes answered"] = answered
    result.counts["lost or twice"] = len(disagreements)
    result.faults += disagreements
    return result


def reload(name: str, effort: Effort) -> Result:
    """SIGHUP under writers.
    Every request, each on a connection of its own, is answered while the workers are replaced."""
    result, times = Result(), effort.of(TIMES, 2)
    with tortured(name) as service:
        with writing(service.url, CLIENTS, reuse=False) as writers:
            for _ in range(times):
                old = set(service.workers())
                at_work(writers, WRITES)
                service.kill(service.pid, signal.SIGHUP)
                try:
                    until(lambda: not old & set(service.workers()), "the old workers end")  # noqa: B023 - at once
                except StuckError as stuck:
                    result.faults.append(str(stuck))
                until(service.is_up, "the new workers answer")
        stops_well(service, result)
        disagreements = writers.disagreements(rows(service.database), exact=True)
    result.faults += disagreements + writers.unexpected() + writers.silences
    result.counts["SIGHUP"] = times
    result.counts["writes answered"] = writers.answered
    result.counts["lost or twice"] = len(disagreements)
    return result
