"""What a service's application and its twin take for each operation, and where."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from harness.service import SERVICES, LaunchError, declared
from loadtests.profile import parts
from loadtests.profile.calls import REQUESTS
from loadtests.runner.twins import TWINS

CALLS = Path(__file__).with_name("calls.py")
RATE = 500  # samples per second
WRITES = ("create_item", "replace_item")


@dataclass(frozen=True)
class Found:
    """µs of processor time per call."""

    cpu: float
    parts: dict[str, float]
    twin: float


@dataclass(frozen=True)
class Taken:
    """µs of one call, and where the profiler saw it, if it looked."""

    wall: float
    cpu: float
    samples: dict[str, int]


def profiled(service: str, seconds: float, screen: Console) -> dict[str, Found]:
    found = {}
    for operation in REQUESTS:
        with screen.status(f"{service}: {operation}"):
            call = Call(service, operation, seconds)
            watched, alone = call.taken(watched=True), call.taken()
            durable = call.taken(synchronous="FULL") if operation in WRITES else alone
            found[operation] = Found(durable.cpu, split(watched, alone, durable), call.taken(twin=True).cpu)
    return found


def split(watched: Taken, alone: Taken, durable: Taken) -> dict[str, float]:
    """What the profiler saw, as shares of the time without it: it stops the process whenever it looks."""
    seen = parts.microseconds(watched.samples, watched.wall, watched.cpu)
    found = {part: value * alone.cpu / watched.cpu for part, value in seen.items()}
    return found | {parts.COMMIT: max(durable.cpu - alone.cpu, 0)}


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    seconds: float

    def taken(self, *, twin: bool = False, watched: bool = False, synchronous: str = "OFF") -> Taken:
        """A twin opens its database as SQLite comes, and so syncs what it writes whatever is said."""
        with TemporaryDirectory(prefix=f"{self.service}-") as scratch:
            stacks = Path(scratch, "stacks")
            calling = self.command(twin=twin)
            env = os.environ | {
                "DATABASE_URL": f"sqlite:///{scratch}/items.db",
                "SQLITE_SYNCHRONOUS": synchronous,
                "PYTHONPATH": str(TWINS),
            }
            taken = self.run([*watching(stacks), *calling] if watched else calling, env)
            samples = parts.counted(stacks.read_text().splitlines()) if watched else {}
        per_call = 1e6 / taken["calls"]
        return Taken(taken["seconds"] * per_call, taken["cpu_seconds"] * per_call, dict(samples))

    def command(self, *, twin: bool) -> list[str]:
        target = f"{self.service}:app" if twin else declared(self.service).application
        python = str(SERVICES / self.service / ".venv/bin/python")
        return [python, str(CALLS), target, self.operation, f"{self.seconds:g}"]

    def run(self, command: list[str], env: dict[str, str]) -> dict[str, float]:
        folder = SERVICES / self.service
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)  # noqa: S603
        said = next((line for line in done.stdout.splitlines() if line.startswith("{")), "")
        if done.returncode or not said:
            raise LaunchError(
                f"{self.service}: {self.operation} cannot be profiled.\n"
                f"{done.stdout[-500:]}{done.stderr[-1500:]}"
            )
        taken: dict[str, float] = json.loads(said)
        return taken


def watching(stacks: Path) -> list[str]:
    py_spy = str(Path(sys.executable).with_name("py-spy"))
    return [py_spy, "record", "--rate", str(RATE), "--format", "raw", "--output", str(stacks), "--"]
