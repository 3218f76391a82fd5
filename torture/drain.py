"""SIGTERM, or SIGHUP, under writers."""

import signal

from torture.experiment import Effort, Found
from torture.service import StuckError, integrity, rows, tortured, until
from torture.writer import writing

CLIENTS = 10
TIMES = 20
WRITES = 50  # before each signal


def drain(name: str, effort: Effort) -> Found:
    """What is stored at the end is what was answered: no more, no less."""
    found, answered = Found(), 0
    times = effort.of(TIMES, 2)
    for _ in range(times):
        with tortured(name) as service:
            with writing(service.url, CLIENTS) as writers:
                until(lambda: writers.answered > WRITES, "the writers are at work")
                status = service.stop()
            found.expect(status == 0, f"exit status {status}")
            found.faults += writers.disagreements(rows(service.database), exact=True)
            found.expect(integrity(service.database) == "ok", "integrity_check is not ok")
            answered += writers.answered
    found.count(times, "SIGTERM")
    found.count(answered, "writes answered")
    found.figures["lost or twice"] = f"{len(found.faults)}"
    return found


def reload(name: str, effort: Effort) -> Found:
    """Every request, each on a connection of its own, is answered while the workers are replaced."""
    found, times = Found(), effort.of(TIMES, 2)
    with tortured(name) as service:
        with writing(service.url, CLIENTS, reuse=False) as writers:
            for _ in range(times):
                least, old = writers.answered + WRITES, set(service.workers())
                until(lambda: writers.answered > least, "the writers are at work")  # noqa: B023 - called at once
                service.kill(service.pid, signal.SIGHUP)
                try:
                    until(lambda: not old & set(service.workers()), "the old workers end")  # noqa: B023
                except StuckError as stuck:
                    found.faults.append(str(stuck))
                until(service.is_up, "the new workers answer")
        service.stop()
        found.faults += writers.disagreements(rows(service.database), exact=True)
    found.faults += writers.silences
    found.count(times, "SIGHUP")
    found.count(writers.answered, "writes answered")
    found.figures["lost or twice"] = f"{len(found.faults)}"
    return found
