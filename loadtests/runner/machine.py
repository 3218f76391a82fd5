"""What a result has to say of the machine and the software it comes from."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import psutil

from harness import usage

ROOT = Path(__file__).parents[2]


def described(k6_version: str, services: dict[str, Path]) -> dict[str, Any]:
    """`services` maps a service to its .venv."""
    split = usage.split()
    return {
        "cpu": cpu_model(),
        "cores": usage.cores(),
        "pinned": {part: sorted(cores) for part, cores in split._asdict().items()} if split else None,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.system(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "k6": k6_version,
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "commit": commit(),
        "packages": {service: packages(venv) for service, venv in services.items()},
    }


def cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def commit() -> str | None:
    """With a + when the files are not those of the commit; None outside a repository."""
    if not (git := shutil.which("git")):
        return None
    described = subprocess.run(  # noqa: S603 - our own words
        [git, "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty=+"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or None


def packages(venv: Path) -> dict[str, str]:
    folders = [str(folder) for folder in venv.glob("lib/python*/site-packages")]
    found = {str(one.metadata["Name"]): one.version for one in distributions(path=folders)}
    return dict(sorted(found.items()))


PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def unpinned(requirements: Path, found: Mapping[str, str]) -> str:
    """Where a package is not the one of requirements.txt; one for another system is not there at all."""
    versions = {canonical(name): version for name, version in found.items()}
    return ", ".join(
        f"{name} {versions[canonical(name)]} instead of {version}"
        for name, version in PINNED.findall(requirements.read_text())
        if versions.get(canonical(name), version) != version
    )


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
