"""What a service's application and its twin take for each operation, and where."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from loadtests.profile import parts
from loadtests.profile.calls import REQUESTS
from loadtests.runner.launch import SERVICES, TWINS, LaunchError

CALLS = Path(__file__).with_name("calls.py")
RATE = 500  # samples per second


@dataclass(frozen=True)
class Found:
    """µs of processor time per call."""

    cpu: float
    parts: dict[str, float]
    twin: float


def profiled(service: str, seconds: float, screen: Console) -> dict[str, Found]:
    found = {}
    for operation in REQUESTS:
        with screen.status(f"{service}: {operation}"):
            samples, wall, cpu = sampled(service, operation, seconds)
            _, _, twin = sampled(service, operation, seconds, twin=True)
            found[operation] = Found(cpu, parts.microseconds(samples, wall, cpu), twin)
    return found


def sampled(
    service: str, operation: str, seconds: float, *, twin: bool = False
) -> tuple[dict[str, int], float, float]:
    """The samples of each part, and the µs and the µs of processor time of one call."""
    folder = SERVICES / service
    target = (
        f"{service}:app" if twin else "app.wsgi:application" if service == "django_drf" else "app.main:app"
    )
    with TemporaryDirectory(prefix=f"{service}-") as scratch:
        stacks = Path(scratch, "stacks")
        calling = [str(folder / ".venv/bin/python"), str(CALLS), target, operation, f"{seconds:g}"]
        watching = [
            str(Path(sys.executable).with_name("py-spy")),
            "record",
            "--rate",
            str(RATE),
            "--format",
            "raw",
        ]
        env = os.environ | {
            "DATABASE_URL": f"sqlite:///{scratch}/items.db",
            "SQLITE_SYNCHRONOUS": "OFF",
            "PYTHONPATH": str(TWINS),
        }
        # a twin opens its database as SQLite comes, so only its processor time is asked
        command = calling if twin else [*watching, "--output", str(stacks), "--", *calling]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)  # noqa: S603
        said = next((line for line in done.stdout.splitlines() if line.startswith("{")), "")
        if done.returncode or not said:
            raise LaunchError(
                f"{service}: {operation} cannot be profiled.\n{done.stdout[-500:]}{done.stderr[-1500:]}"
            )
        taken = json.loads(said)
        samples = {} if twin else parts.counted(stacks.read_text().splitlines())
    per_call = 1e6 / taken["calls"]
    return dict(samples), taken["seconds"] * per_call, taken["cpu_seconds"] * per_call
