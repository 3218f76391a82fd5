"""What a run has to say of the machine and the software, and whether a service runs as its plan says.

The running processes are asked: probe/ is in the path of each of them.
"""

import json
import os
import platform
import re
import signal
import time
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from harness import database, usage
from harness.environment import canonical, locked, packages
from harness.server import Server
from harness.service import TWIN_PROCESSES, LaunchError, git
from loadtests.measure.plan import SQLITE, Variant
from loadtests.measure.sample import Numbers, Reason

PROBE = Path(__file__).with_name("probe")
DEADLINE = 10.0  # seconds for a worker to answer
SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")
DEFAULTS = {  # of every service, and SQLite's own
    "WEB_CONCURRENCY": "2",
    "THREADS": "2",
    "SQLITE_JOURNAL_MODE": "WAL",
    "SQLITE_SYNCHRONOUS": "FULL",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on"}  # of every PostgreSQL
OF_CONNECTIONS = ("journal_mode", "synchronous")  # a floor has none
UNSEEN = ("threads", "synchronous")  # an event loop has no threads; no connection may be open

Facts = Mapping[str, Any]


def running(server: Server, variant: Variant) -> Facts | Reason:
    """Asked while nothing else is asked of the processes: an answer takes a worker's time."""
    answers = []
    for pid in sorted(server.workers()):
        try:
            answer = answered(pid, server.scratch)
        except ProcessLookupError:  # it ended in between
            return Reason(code="worker")
        if answer is None:
            return Reason(code="silent", numbers={"pid": pid, "seconds": DEADLINE})
        answers.append(answer)
    durability = database.durability(server.storage) if answers else {}
    return applicable(variant, together(answers, durability))


def answered(pid: int, folder: Path) -> Facts | None:
    path = folder / f"{pid}.json"
    path.unlink(missing_ok=True)
    end = time.monotonic() + DEADLINE
    os.kill(pid, signal.SIGURG)
    while not path.exists():
        if time.monotonic() > end:
            return None
        time.sleep(0.01)
    facts: Facts = json.loads(path.read_text())
    return facts


def together(answers: list[Facts], durability: Mapping[str, str]) -> Facts:
    """The answers of the workers as one; where they differ, each of them."""
    if not answers:
        return {"workers": 0}
    names = ("worker_class", "threads", "keepalive", "event_loop", "http_parser", "python", "prefix")
    facts = {name: one_of([facts.get(name) for facts in answers]) for name in names}
    connections = [tuple(modes) for facts in answers for modes in facts["connections"]]
    versions = {
        name: one_of([facts["packages"][name] for facts in answers]) for name in answers[0]["packages"]
    }
    return {
        "workers": len(answers),
        **{key: value for key, value in facts.items() if value is not None},
        # of a connection that is closed after each request the file alone tells, and not all
        **durability,
        **({"journal_mode": one_of([mode for mode, _ in connections]).upper()} if connections else {}),
        **({"synchronous": one_of([SYNCHRONOUS[level] for _, level in connections])} if connections else {}),
        **versions,
    }


def one_of(values: list[Any]) -> Any:
    counted = Counter(values)
    return values[0] if len(counted) == 1 else " and ".join(sorted(map(str, counted)))


def planned(variant: Variant, venv: Path, folder: Path) -> Facts:
    """By the environment, by what the service says of its processes, and by what the variant says of them."""
    env = {**DEFAULTS, **variant.settings}
    of_protocol = {
        "workers": str((variant.replicas or 1) * int(env["WEB_CONCURRENCY"])),
        "threads": env["THREADS"],
        "prefix": str(venv.resolve()),
    }
    of_file = {"journal_mode": env["SQLITE_JOURNAL_MODE"], "synchronous": env["SQLITE_SYNCHRONOUS"]}
    of_protocol |= of_file if variant.database == SQLITE else DURABLE
    return applicable(variant, of_protocol | processes(variant, folder) | variant.packages | variant.expects)


def processes(variant: Variant, folder: Path) -> dict[str, str]:
    """[tool.service.processes] of the service's pyproject.toml: its worker, as the probe names it."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())
    service = project.get("tool", {}).get("service", {})
    of_service: dict[str, str] = service.get("processes", {})
    return of_service | (TWIN_PROCESSES[service["interface"]] if variant.application == "twin" else {})


def applicable(variant: Variant, facts: Facts) -> Facts:
    """A floor opens no connection: what its service's file has says nothing of it."""
    floor = variant.application == "floor"
    return {key: value for key, value in facts.items() if not (floor and key in OF_CONNECTIONS)}


def disagreement(observed: Facts, planned: Facts) -> Reason | None:
    """Where what runs is not what the plan says."""
    wrong: Numbers = {
        key: f"{observed.get(key, 'none')} / {value}"
        for key, value in planned.items()
        if str(observed.get(key, "none")).lower() != value.lower() and (key in observed or key not in UNSEEN)
    }
    return Reason(code="facts", numbers=wrong) if wrong else None


def public(facts: Facts) -> dict[str, Any]:
    """Without the paths of this machine."""
    return {key: value for key, value in facts.items() if key != "prefix"}


def machine(generators: Mapping[str, str], venvs: Mapping[str, Path], split: usage.Split) -> dict[str, Any]:
    """The versions of the generators; `venvs` maps the version of a service to its .venv."""
    return {
        "cpu": cpu_model(),
        "cores": usage.cores(),
        "pinned": {part: sorted(cores) for part, cores in split._asdict().items()},
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.system(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        **generators,
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "commit": commit(),
        "packages": {version: packages(venv) for version, venv in venvs.items()},
    }


def cpu_model() -> str:
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return model[1].strip() if model else platform.machine()


def commit() -> str | None:
    """With a + when the files are not those of the commit; None outside a repository."""
    try:
        described = git("describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+")
    except LaunchError:
        return None
    return described.decode().strip() if described else None


def unpinned(requirements: Path, installed: Mapping[str, str]) -> str:
    """Where a package is not the one of requirements.txt; one for another system is not there at all."""
    versions = {canonical(name): version for name, version in installed.items()}
    return ", ".join(
        f"{name} {versions[name]} instead of {version}"
        for name, version in locked(requirements).items()
        if versions.get(name, version) != version
    )


def busy(load: float) -> str:
    """A warning where others are at work on this machine; nothing where it is quiet."""
    if load <= usage.cores() / 2:
        return ""
    return (
        f"The machine was busy before the run began: load {load:.1f} on {usage.cores()} cores. "
        "What else runs takes its time from the services: the figures are too low, and differ by round."
    )
