"""Environments with other packages than a service's requirements.txt has; uv makes each of them once."""

import fcntl
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.service import ROOT, SERVICES, LaunchError

ENVIRONMENTS = ROOT / ".tools" / "environments"  # one for each set of packages
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
DEPENDENCY = re.compile(r"([A-Za-z0-9._-]+)(\[[^\]]*\])?")  # its name and its extras

UNFIT = ("No solution found", "Failed to build")  # as uv says; all else, such as no network, may pass

Packages = Mapping[str, str]  # versions, by name


class UnfitError(LaunchError):
    """Packages that do not go together, or cannot be built: to ask again changes nothing."""


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(requirements: Path) -> dict[str, str]:
    """The packages of a requirements.txt, those for other systems too."""
    return {canonical(name): version for name, version in LOCKED.findall(requirements.read_text())}


def had(services: Iterable[str], pins: Packages, root: Path = SERVICES) -> dict[str, dict[str, str]]:
    """By service, those that are of a package of it. Raises LaunchError for one that no service has."""
    names = {service: locked(root / service / "requirements.txt") for service in services}
    if unused := [name for name in pins if not any(name in packages for packages in names.values())]:
        raise LaunchError(f"{', '.join(unused)}: not among the packages of {', '.join(names)}")
    return {
        service: {name: version for name, version in pins.items() if name in packages}
        for service, packages in names.items()
    }


def packages(venv: Path) -> dict[str, str]:
    """What is installed there."""
    folders = [str(folder) for folder in venv.glob("lib/python*/site-packages")]
    versions = {str(package.metadata["Name"]): package.version for package in distributions(path=folders)}
    return dict(sorted(versions.items()))


@cache
def of(service: str, pins: tuple[tuple[str, str], ...], until: date, root: Path = SERVICES) -> Path:
    """The service's dependencies with these packages pinned; raises LaunchError where that cannot be.

    What is not pinned is as in its requirements.txt, if that goes with the pins and was there at the end of
    the day `until`; else it is the newest that does. The bounds of the service's pyproject.toml are not kept.
    """
    folder, versions = root / service, dict(pins)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    matches = [DEPENDENCY.match(dependency) for dependency in project.get("dependencies", [])]
    extras = {canonical(match[1]): match[2] or "" for match in matches if match}
    requirements = [
        f"{name}{extras.get(name, '')}" + (f"=={versions[name]}" if name in versions else "")
        for name in {**extras, **versions}
    ]
    combination = f"{service} with {', '.join(f'{name} {version}' for name, version in pins)}"
    try:
        resolution = resolved(requirements, until, (folder / "requirements.txt").read_text())
    except UnfitError as error:
        raise UnfitError(f"There is no {combination}: {error}") from error
    for name, version in pins:
        if resolution[name] != version:
            raise LaunchError(f"There is no {combination}: {name} {version} is {resolution[name]} in full")
    return made(resolution)


def resolved(requirements: Iterable[str], until: date | None = None, preferred: str = "") -> dict[str, str]:
    """The newest packages that go together, by the end of a day. Raises LaunchError, with uv's reason.

    `preferred` is the text of a requirements.txt: its versions are taken where they go with the others.
    """
    options = ["--quiet", "--no-header", "--no-annotate", "--python", sys.executable]
    if until:
        options += ["--exclude-newer", (until + timedelta(days=1)).isoformat()]
    with TemporaryDirectory(prefix="resolved-") as folder:
        output = Path(folder, "requirements.txt")
        output.write_text(preferred)  # uv prefers what an earlier output has
        uv("pip", "compile", *options, "--output-file", str(output), "-", text="\n".join(requirements))
        return locked(output)


def made(versions: Packages) -> Path:
    """An environment with exactly these; of two calls for the same, one waits. Raises LaunchError."""
    pins = "\n".join(sorted(f"{name}=={version}" for name, version in versions.items()))
    folder = ENVIRONMENTS / sha256(pins.encode()).hexdigest()[:16]
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "pins").exists():
            uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
            options = ("--quiet", "--no-deps", "--compile-bytecode", "--python", str(folder), "-r", "-")
            uv("pip", "install", *options, text=pins)
            (folder / "pins").write_text(pins)
    return folder


def uv(*arguments: str, text: str = "") -> None:
    if (program := shutil.which("uv")) is None:
        raise LaunchError("An environment with other packages is made by uv: pip install uv")
    ran = subprocess.run([program, *arguments], input=text, capture_output=True, text=True, check=False)  # noqa: S603 - uv
    if ran.returncode:
        reason = " ".join(ran.stderr.split())
        error = UnfitError if any(phrase in reason for phrase in UNFIT) else LaunchError
        raise error(reason[max(reason.find("Because "), 0) :][:300])
