"""A service of services/: what it declares of itself, its environment, and its folder as of a commit."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVICES = ROOT / "services"
APPLICATIONS = ROOT / "loadtests"  # what a service's server can serve instead: in twins/, rungs/ and floors/

# The study's twins of FastAPI run under Uvicorn's worker. Services without a choice take no notice.
TWIN_SETTINGS = {"WORKER_CLASS": "uvicorn_worker.UvicornWorker"}
# A twin on packages of its own takes nothing of its service, which may not load there.
TWIN_CONFIG = ("--config", str(APPLICATIONS / "twins" / "gunicorn.conf.py"))
TWIN_PROCESSES = {  # by interface: what such a worker says of itself
    "wsgi": {},
    "asgi": {
        "worker_class": "uvicorn_worker._workers.UvicornWorker",
        "http_parser": "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol",
    },
}

SHORT = 7  # digits of a commit's hash, in names


class LaunchError(Exception):
    """A service that cannot be installed, started or kept running; its text says why."""


@dataclass(frozen=True)
class Service:
    """The table `[tool.service]` of its pyproject.toml: nothing of this is guessed from a name."""

    framework: str
    access: str  # "sqlite3", or "orm"
    databases: list[str]
    interface: str  # "asgi" or "wsgi"
    application: str  # as Gunicorn is told: "app.main:app"
    title: str = ""  # what docs/choosing.md calls it, and in which case it tells a reader to take it
    choose: str = ""


def services(root: Path = SERVICES) -> list[str]:
    return sorted(path.parent.name for path in root.glob("*/gunicorn.conf.py"))


def declared(name: str, root: Path = SERVICES) -> Service:
    path = root / name / "pyproject.toml"
    try:
        table = tomllib.loads(path.read_text())["tool"]["service"]
        names = (field.name for field in fields(Service) if field.default is MISSING or field.name in table)
        return Service(**{name: table[name] for name in names})
    except (OSError, KeyError) as error:
        raise LaunchError(f"{name} does not declare itself: [tool.service] of {path}: {error}") from error


def has(service: str, kind: str) -> bool:
    """Whether there is a twin of it, or rungs."""
    return (APPLICATIONS / kind / f"{service}.py").exists()


def application(service: str, kind: str, root: Path = SERVICES) -> tuple[str, ...]:
    """Gunicorn's arguments for one of the twins, rungs or floors; of the floors, each interface has one."""
    name = declared(service, root).interface if kind == "floors" else service
    if not has(name, kind):
        raise LaunchError(f"{service} is not among the {kind}: loadtests/{kind}/{name}.py is missing")
    return "--pythonpath", str(APPLICATIONS / kind), f"{name}:app"


def installed(service: str, announce: Callable[[str], None] = lambda _: None, root: Path = SERVICES) -> Path:
    """The service's .venv, made again when its requirements.txt is another, or its folder."""
    folder = root / service
    requirements, venv = folder / "requirements.txt", folder / ".venv"
    stamp = venv / "installed"
    digest = stamped(requirements)
    if stamp.exists() and stamp.read_text() == digest:
        return venv
    if (uv := shutil.which("uv")) is None:
        raise LaunchError(f"Cannot install {service} without uv: pip install uv")
    announce(f"Installing {service}, this once")
    for command in (
        [uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(venv)],
        [uv, "pip", "sync", "--require-hashes", "--python", str(venv), str(requirements)],
    ):
        if status := subprocess.run(command, check=False).returncode:  # noqa: S603 - uv, and our own paths
            raise LaunchError(f"Cannot install {service}: uv {command[1]} failed with exit status {status}")
    stamp.write_text(digest)
    return venv


def stamped(requirements: Path) -> str:
    """What an environment was made from, and where: its programs begin with the path of its Python."""
    return sha256(requirements.read_bytes() + str(requirements.parent.absolute()).encode()).hexdigest()


def full(commit: str) -> str:
    """The hash of a commit. Raises LaunchError."""
    revision = git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    if revision is None or commit.startswith("-"):
        raise LaunchError(f"Unknown commit: {commit}")
    return revision.decode().strip()


def git(*arguments: str) -> bytes | None:
    """What it prints; None where it fails."""
    if (program := shutil.which("git")) is None:
        raise LaunchError("There is no git, which knows the earlier versions: install it")
    ran = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - our own arguments
    if b"not a git repository" in ran.stderr:
        raise LaunchError("There are no earlier versions: the services are in no git repository")
    return None if ran.returncode else ran.stdout


def unpack(commit: str, service: str, target: Path) -> None:
    """The service's folder, to where it is in the working tree."""
    if git("cat-file", "-e", f"{commit}:./services/{service}/gunicorn.conf.py") is None:
        raise LaunchError(f"There is no {service} in the commit {commit[:SHORT]}")
    packed = git("archive", "--format=tar", commit, f"services/{service}") or b""
    # Python's own tarfile has filters from 3.11.4 on; Debian 12 has 3.11.2.
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "--extract", "--directory", str(target)], input=packed, check=True)  # noqa: S603, S607 - git's own archive
