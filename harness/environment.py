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

UNFIT = ("No solution found", "Failed to build")  # uv's words; all else, such as no network, may pass

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
    found = {str(one.metadata["Name"]): one.version for one in distributions(path=folders)}
    return dict(sorted(found.items()))


@cache
def of(service: str, pins: tuple[tuple[str, str], ...], until: date, root: Path = SERVICES) -> Path:
    """The service's dependencies with these packages pinned; raises LaunchError where that cannot be.

    What is not pinned is as in its requirements.txt, if that goes with the pins and was there at the end of
    the day `until`; else it is the newest that does. The bounds of the service's pyproject.toml are not kept.
    """
    folder, versions = root / service, dict(pins)
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    dependencies = [one for each in project.get("dependencies", []) if (one := DEPENDENCY.match(each))]
    extras = {canonical(one[1]): one[2] or "" for one in dependencies}
    requirements = [
        f"{name}{extras.get(name, '')}" + (f"=={versions[name]}" if name in versions else "")
        for name in {**extras, **versions}
    ]
    told = f"{service} with {', '.join(f'{name} {version}' for name, version in pins)}"
    try:
        found = resolved(requirements, until, (folder / "requirements.txt").read_text())
    except UnfitError as error:
        raise UnfitError(f"There is no {told}: {error}") from error
    for name, version in pins:
        if found[name] != version:
            raise LaunchError(f"There is no {told}: {name} {version} is {found[name]} in full")
    return made(found)


def resolved(requirements: Iterable[str], until: date | None = None, preferred: str = "") -> dict[str, str]:
    """The newest packages that go together, by the end of a day. Raises LaunchError, with uv's reason.

    `preferred` is the text of a requirements.txt: its versions are taken where they go with the others.
    """
    words = ["--quiet", "--no-header", "--no-annotate", "--python", sys.executable]
    if until:
        words += ["--exclude-newer", (until + timedelta(days=1)).isoformat()]
    with TemporaryDirectory(prefix="resolved-") as folder:
        output = Path(folder, "requirements.txt")
        output.write_text(preferred)  # uv prefers what an earlier output has
        uv("pip", "compile", *words, "--output-file", str(output), "-", told="\n".join(requirements))
        return locked(output)


def made(versions: Packages) -> Path:
    """An environment with exactly these; of two who want the same, one waits. Raises LaunchError."""
    pins = "\n".join(sorted(f"{name}=={version}" for name, version in versions.items()))
    folder = ENVIRONMENTS / sha256(pins.encode()).hexdigest()[:16]
    ENVIRONMENTS.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "pins").exists():
            uv("venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
            words = ("--quiet", "--no-deps", "--compile-bytecode", "--python", str(folder), "-r", "-")
            uv("pip", "install", *words, told=pins)
            (folder / "pins").write_text(pins)
    return folder


def uv(*words: str, told: str = "") -> None:
    if (program := shutil.which("uv")) is None:
        raise LaunchError("An environment with other packages is made by uv: pip install uv")
    done = subprocess.run([program, *words], input=told, capture_output=True, text=True, check=False)  # noqa: S603 - uv
    if done.returncode:
        reason = " ".join(done.stderr.split())
        error = UnfitError if any(words in reason for words in UNFIT) else LaunchError
        raise error(reason[max(reason.find("Because "), 0) :][:300])
