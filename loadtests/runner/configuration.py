"""What a service runs on, asked of its running processes, and whether that is what the plan says."""

import json
import os
import signal
import time
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from harness import database
from harness.server import Server
from loadtests.runner.plan import Variant

SERVERS = Path(__file__).parents[1] / "servers.toml"
PROBE = Path(__file__).with_name("probe")  # what answers in the processes of a service
DEADLINE = 10.0  # seconds for a worker to answer
SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")
DEFAULTS = {"WEB_CONCURRENCY": "2", "THREADS": "2", "SQLITE_JOURNAL_MODE": "WAL"}  # the service protocol
OF_CONNECTIONS = ("journal_mode", "synchronous")
UNSEEN = ("threads", "synchronous")  # an event loop has no threads; no connection may be open

Facts = Mapping[str, Any]


class SilentError(Exception):
    """A process that does not say what it runs on."""


def workers(server: Server) -> list[int]:
    return sorted(child.pid for child in psutil.Process(server.pid).children())


def observed(server: Server) -> Facts:
    """Asked while nothing else is asked of them: an answer takes the worker's time."""
    pids = workers(server)
    return seen([answer(pid, server.scratch) for pid in pids], database.journal_mode(server.database))


def answer(pid: int, folder: Path) -> Facts:
    path = folder / f"{pid}.json"
    path.unlink(missing_ok=True)
    end = time.monotonic() + DEADLINE
    os.kill(pid, signal.SIGURG)
    while not path.exists():
        if time.monotonic() > end:
            raise SilentError(f"the worker {pid} did not say in {DEADLINE:.0f} s what it runs on")
        time.sleep(0.01)
    facts: Facts = json.loads(path.read_text())
    return facts


def seen(answers: list[Facts], journal_mode: str) -> Facts:
    """The answers of the workers as one; where they differ, each of them."""
    if not answers:
        return {"workers": 0}
    asked = ("worker_class", "threads", "keepalive", "event_loop", "http_parser", "python", "prefix")
    facts = {key: one_of([facts.get(key) for facts in answers]) for key in asked}
    connections = [tuple(each) for facts in answers for each in facts["connections"]]
    return {
        "workers": len(answers),
        **{key: value for key, value in facts.items() if value is not None},
        # of a connection that is closed after each request the file alone tells, and not all
        "journal_mode": one_of([mode for mode, _ in connections] or [journal_mode]).upper(),
        **({"synchronous": one_of([SYNCHRONOUS[level] for _, level in connections])} if connections else {}),
    }


def one_of(values: list[Any]) -> Any:
    found = Counter(values)
    return values[0] if len(found) == 1 else " and ".join(sorted(map(str, found)))


def planned(variant: Variant, venv: str, servers: Path = SERVERS) -> dict[str, str]:
    """By the environment, by servers.toml, and by what the variant says of itself."""
    env = {**DEFAULTS, **variant.settings}
    table: dict[str, dict[str, str]] = tomllib.loads(servers.read_text())
    said = {
        "workers": env["WEB_CONCURRENCY"],
        "threads": env["THREADS"],
        "journal_mode": env["SQLITE_JOURNAL_MODE"],
        "synchronous": env.get("SQLITE_SYNCHRONOUS", "FULL"),  # also SQLite's own default, a twin's
        "prefix": venv,
    }
    said = told(variant, said)
    return said | table.get(variant.service, {}) | variant.expects


def told(variant: Variant, facts: Facts) -> dict[str, Any]:
    """A floor opens no connection: what its service's file has says nothing of it."""
    return {key: value for key, value in facts.items() if not (variant.floor and key in OF_CONNECTIONS)}


def disagreement(found: Facts, plan: Mapping[str, str]) -> str:
    """Where what runs is not what the plan says."""
    return "; ".join(
        f"{key} is {found.get(key, 'none')} where the plan says {wanted}"
        for key, wanted in plan.items()
        if str(found.get(key, "none")).lower() != wanted.lower() and (key in found or key not in UNSEEN)
    )


def public(found: Facts) -> dict[str, Any]:
    """Without the paths of this machine."""
    return {key: value for key, value in found.items() if key != "prefix"}
