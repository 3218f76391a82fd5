"""A service in a container of its image, measured as a process of this machine like any other."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.server import LOOPBACK, Server, free_port
from harness.service import APPLICATIONS, SERVICES, LaunchError

BINARY = os.environ.get("DOCKER", "docker")
BUILD_NETWORK = os.environ.get("BUILD_NETWORK", "default")
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp")
VENV = "/venv"  # in the image


class Container(Server):
    """Its process is Docker's client; its master is a process of this machine all the same."""

    @property
    def name(self) -> str:
        return self.scratch.name

    @cached_property  # asked for while the service is measured
    def pid(self) -> int:
        return int(docker("inspect", "--format={{.State.Pid}}", self.name))

    def close(self) -> None:
        super().close()
        subprocess.run([BINARY, "rm", "--force", self.name], capture_output=True, check=False)  # noqa: S603


def docker(*arguments: str) -> str:
    try:
        ran = subprocess.run([BINARY, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    except FileNotFoundError as error:
        raise LaunchError(f"There is no {BINARY}: install Docker, or name its client in DOCKER") from error
    if ran.returncode:
        reason = (ran.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise LaunchError(f"docker {arguments[0]} failed: {reason}")
    return ran.stdout.strip()


def built(service: str, announce: Callable[[str], None] = lambda _: None, root: Path = SERVICES) -> str:
    """The digest of the service's image, built from its folder alone."""
    announce(f"Building the image of {service}")
    return build(service, str(root / service))


def built_with(service: str, environment: Path) -> str:
    """The digest of an image on the base of the service's, with the packages of an environment instead."""
    file = Path(__file__).with_name("environment.Dockerfile")
    with TemporaryDirectory(prefix="image-") as folder:
        shutil.copyfile(environment / "pins", Path(folder, "requirements.txt"))
        return build(image_of(environment), f"--build-arg=BASE={base_of(service)}", f"--file={file}", folder)


def image_of(environment: Path) -> str:
    return f"packages-{environment.name}"


def base_of(service: str, root: Path = SERVICES) -> str:
    """The image that the service's begins with."""
    [image] = re.findall(r"^ARG BASE=(\S+)$", (root / service / "Dockerfile").read_text(), re.MULTILINE)
    return str(image)


def build(name: str, *arguments: str) -> str:
    docker("build", "--quiet", f"--network={BUILD_NETWORK}", f"--tag={name}", *arguments)
    return docker("image", "inspect", "--format={{.Id}}", name)


def added(service: str, announce: Callable[[str], None] = lambda _: None, root: Path = SERVICES) -> int:
    """Bytes that the service's image has beyond those of the one that it is built from."""
    built(service, announce, root)
    return size(service) - size(base_of(service, root))


def size(image: str) -> int:
    try:
        return int(docker("image", "inspect", "--format={{.Size}}", image))
    except LaunchError:  # a builder may have used it without a name here
        docker("pull", "--quiet", image)
        return int(docker("image", "inspect", "--format={{.Size}}", image))


@contextmanager
def contained(
    service: str,
    env: Mapping[str, str],
    *,
    dataset: Path | None = None,
    probe: Path | None = None,
    cores: Collection[int] | None = None,
    host: str = LOOPBACK,
    image: str = "",
    application: Sequence[str] = (),
) -> Iterator[Server]:
    """The service, answering; gone on the way out, with its database.

    `image` is another than the service's. `application` has Gunicorn's arguments for another application than
    the image's, at the same path in the container as here.
    """
    with TemporaryDirectory(prefix=f"{service}-") as scratch:
        port = free_port(host=host)
        probing = {"PYTHONPATH": "/probe", "PROBE": scratch} if probe else {}
        command = [
            *(BINARY, "run", "--rm", f"--name={Path(scratch).name}", *HARDENED),
            # The processes have the ids of this machine, and the files an owner who can read them here.
            *("--pid=host", f"--user={os.getuid()}:{os.getgid()}"),
            f"--publish={host}:{port}:8000",
            *([f"--volume={probe}:/probe:ro"] if probe else []),
            *(f"--volume={scratch}/data:/data", f"--volume={scratch}:{scratch}"),
            *([f"--cpuset-cpus={','.join(map(str, sorted(cores)))}"] if cores else []),
            *(f"--env={key}={value}" for key, value in {**env, **probing}.items()),
            *([f"--volume={APPLICATIONS}:{APPLICATIONS}:ro"] if application else []),
            *(image or service, *(["gunicorn", *application] if application else [])),
        ]
        with closing(Container(service, command, Path(scratch), host=host, port=port)) as server:
            server.start(dataset)
            yield server
