"""SIGKILL to a worker, to the master, to all of them, at random moments under writers."""

import random
import time
from collections import Counter
from itertools import cycle

from psutil import Process

from harness.server import STOPPING, Server
from torture.experiment import Effort, Result
from torture.service import ended, integrity, rows, tortured, until
from torture.writer import writing

CLIENTS = 10
KILLS = 100
VICTIMS = ("worker", "worker", "master", "all")


def crash(name: str, effort: Effort) -> Result:
    """Every write that was answered with a 2xx is there afterwards, none is there twice."""
    result, killed = Result(), Counter[str]()
    back: dict[str, float] = {}
    moment, workers = random.Random(1), set[Process]()
    with tortured(name) as service:
        with writing(service.url, CLIENTS) as writers:
            for _, victim in zip(range(effort.of(KILLS, 4)), cycle(VICTIMS), strict=False):
                before = writers.answered
                until(lambda least=before: writers.answered > least, "a write is answered")  # type: ignore[misc]
                time.sleep(moment.uniform(0, 0.3))  # the moment of the kill, not a wait for anything
                back[victim] = max(back.get(victim, 0.0), KILL[victim](service, moment))
                killed[victim] += 1
                workers |= set(Process(service.pid).children())
        result.expect(service.stop() == 0, "it did not stop in good order")
        until(lambda: ended(workers), "the workers of a killed master end", STOPPING)
        kept = rows(service.database)
        result.faults += writers.disagreements(kept, exact=False)
        result.expect(integrity(service.database) == "ok", "integrity_check is not ok")
        result.expect(not service.traceback(), f"a traceback was logged: {service.traceback()}")
    bad = {status: times for status, times in writers.statuses.items() if status >= 500 and status != 503}
    result.expect(not bad, f"answers: {bad}")
    result.count(killed.total(), "kills")
    result.count(writers.answered, "writes answered")
    result.count(len(writers.silences), "cut off")
    result.count(len(result.faults), "lost or twice")
    result.figures["back after a worker, the master, all, at the latest"] = ", ".join(
        f"{back[victim]:.1f} s" for victim in dict.fromkeys(VICTIMS) if victim in back
    )
    return result


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
