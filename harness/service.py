"""A service of services/: what it declares of itself, and its environment."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
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


def services(root: Path = SERVICES) -> list[str]:
    return sorted(path.parent.name for path in root.glob("*/gunicorn.conf.py"))


def declared(name: str, root: Path = SERVICES) -> Service:
    path = root / name / "pyproject.toml"
    try:
        table = tomllib.loads(path.read_text())["tool"]["service"]
        return Service(**{field.name: table[field.name] for field in fields(Service)})
    except (OSError, KeyError) as error:
        raise LaunchError(f"{name} does not declare itself: [tool.service] of {path}: {error}") from error


def has(service: str, kind: str) -> bool:
    """Whether there is a twin of it, or rungs."""
    return (APPLICATIONS / kind / f"{service}.py").exists()


def application(service: str, kind: str, root: Path = SERVICES) -> tuple[str, ...]:
    """Gunicorn's words for one of the twins, the rungs or the floors; of these, each interface has one."""
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
