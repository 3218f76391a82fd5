"""Signals to a service while clients write: SIGKILL, SIGTERM, SIGHUP."""

import random
import signal
import time
from itertools import cycle

from psutil import Process

from harness.process import lives
from harness.server import STOPPING, Server
from torture.service import Effort, Result, rows, rows_of_the_file, stops_well, tortured, until
from torture.writer import writing

KILLS = 100
VICTIMS = ("worker", "worker", "master", "all")
TIMES = 20  # for SIGTERM, and for SIGHUP
WRITES = 50  # before each of them


def crash(name: str, effort: Effort, **env: str) -> Result:
    """SIGKILL to a worker, to the master, to all of them, at random moments under writers.
    Every write that was answered with a 2xx is there afterwards, none is there twice."""
    result, back = Result(), dict[str, float]()
    moment, workers = random.Random(1), set[Process]()
    with tortured(name, **env) as service:
        # where the connection to a server was lost, the write may have been committed
        with writing(service.url, unsure="DATABASE_URL" in env) as writers:
            for _, victim in zip(range(effort.of(KILLS, 4)), cycle(VICTIMS), strict=False):
                writers.at_work(1)
                time.sleep(moment.uniform(0, 0.3))  # the moment of the kill, not a wait for anything
                back[victim] = max(back.get(victim, 0.0), kill(service, victim, moment))
                result.counts["kills"] += 1
                workers |= set(Process(service.pid).children())
        service.stop()
        until(lambda: not any(map(lives, workers)), "the workers of a killed master end", STOPPING)
        stops_well(service, result)
        writers.judge(rows(service.storage), result)
    result.counts["cut off"] = len(writers.silences)
    result.figures["back after a worker, the master, all, at the latest"] = ", ".join(
        f"{seconds:.1f} s" for seconds in back.values()
    )
    return result


def kill(service: Server, victim: str, moment: random.Random) -> float:
    """The seconds until it is back: after a worker by itself, after the master or all when it is started."""
    if victim == "worker":
        worker = moment.choice(service.workers())
        service.kill(worker)
        return until(
            lambda: worker not in service.workers() and service.is_up(), "a killed worker is replaced"
        )
    if victim == "master":  # what it leaves behind gives up the port
        service.process.kill()
        service.process.wait()
    else:
        service.kill_all()
    return service.start()


def drain(name: str, effort: Effort) -> Result:
    """SIGTERM under writers. At the end `items.db` alone holds what was answered: no more, no less."""
    result = Result()
    for _ in range(effort.of(TIMES, 2)):
        result.counts["SIGTERM"] += 1
        with tortured(name) as service:
            with writing(service.url) as writers:
                writers.at_work(WRITES)
                service.stop()
            writers.judge(rows_of_the_file(service), result, exact=True)
            stops_well(service, result)
    return result


def reload(name: str, effort: Effort) -> Result:
    """SIGHUP under writers.
    Every request, each on a connection of its own, is answered while the workers are replaced."""
    result = Result()
    with tortured(name) as service:
        with writing(service.url, reuse=False) as writers:
            for _ in range(effort.of(TIMES, 2)):
                old = set(service.workers())
                writers.at_work(WRITES)
                service.kill(service.pid, signal.SIGHUP)
                until(lambda: not old & set(service.workers()), "the old workers end")  # noqa: B023 - at once
                until(service.is_up, "the new workers answer")
                result.counts["SIGHUP"] += 1
        stops_well(service, result)
        writers.judge(rows(service.database), result, exact=True)
    result.faults += writers.silences
    return result
