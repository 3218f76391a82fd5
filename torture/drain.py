"""SIGTERM, or SIGHUP, under writers."""

import signal

from torture.experiment import Effort, Result
from torture.service import StuckError, integrity, rows, rows_of_the_file, tortured, until
from torture.writer import writing

CLIENTS = 10
TIMES = 20
WRITES = 50  # before each signal


def drain(name: str, effort: Effort) -> Result:
    """At the end `items.db` alone holds what was answered: no more, no less."""
    result, answered = Result(), 0
    times = effort.of(TIMES, 2)
    for _ in range(times):
        with tortured(name) as service:
            with writing(service.url, CLIENTS) as writers:
                until(lambda: writers.answered > WRITES, "the writers are at work")
                status = service.stop()
            result.expect(status == 0, f"exit status {status}")
            result.faults += writers.disagreements(rows_of_the_file(service), exact=True)
            result.expect(integrity(service.database) == "ok", "integrity_check is not ok")
            result.expect(not service.traceback(), f"a traceback was logged: {service.traceback()}")
            answered += writers.answered
    result.count(times, "SIGTERM")
    result.count(answered, "writes answered")
    result.count(len(result.faults), "lost or twice")
    return result


def reload(name: str, effort: Effort) -> Result:
    """Every request, each on a connection of its own, is answered while the workers are replaced."""
    result, times = Result(), effort.of(TIMES, 2)
    with tortured(name) as service:
        with writing(service.url, CLIENTS, reuse=False) as writers:
            for _ in range(times):
                least, old = writers.answered + WRITES, set(service.workers())
                until(lambda: writers.answered > least, "the writers are at work")  # noqa: B023 - called at once
                service.kill(service.pid, signal.SIGHUP)
                try:
                    until(lambda: not old & set(service.workers()), "the old workers end")  # noqa: B023
                except StuckError as stuck:
                    result.faults.append(str(stuck))
                until(service.is_up, "the new workers answer")
        service.stop()
        result.faults += writers.disagreements(rows(service.database), exact=True)
        result.expect(not service.traceback(), f"a traceback was logged: {service.traceback()}")
    result.faults += writers.silences
    result.count(times, "SIGHUP")
    result.count(writers.answered, "writes answered")
    result.count(len(result.faults), "lost or twice")
    return result
