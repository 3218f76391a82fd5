"""Services as they were at a commit: their folders out of git, beside those of the working tree."""

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from loadtests.runner import launch
from loadtests.runner.configuration import SERVERS
from loadtests.runner.launch import SERVICES, LaunchError
from loadtests.runner.machine import ROOT
from loadtests.runner.plan import Plan, PlanError, Variant

SHORT = 7  # digits of a hash, in names


def against(plan: Plan, commit: str) -> Plan:
    """The plan with each service beside itself as of the commit; what has no earlier self is there once."""
    variants: dict[str, Variant] = {}
    for name, variant in plan.variants.items():
        again = variant in variants.values()  # A/A: one earlier self is enough
        variants[name] = variant
        if not variant.kind and not again:
            variants[f"{name}_{commit[:SHORT]}"] = variant.model_copy(update={"commit": commit})
    if len(variants) == len(plan.variants):
        raise PlanError(f"Only a service has an earlier self: there is none among {', '.join(variants)}")
    return plan.model_copy(update={"variants": variants})


def pinned(plan: Plan) -> Plan:
    """The plan with the full hash of each commit: what a name means may change before the run goes on."""
    variants = {
        name: one.model_copy(update={"commit": full(one.commit)}) if one.commit else one
        for name, one in plan.variants.items()
    }
    return plan.model_copy(update={"variants": variants})


def commits(plan: Plan) -> dict[str, str]:
    return {name: one.commit for name, one in plan.variants.items() if one.commit}


def named(variant: Variant) -> str:
    """The version of the service."""
    return f"{variant.service}_{variant.commit[:SHORT]}" if variant.commit else variant.service


def full(commit: str) -> str:
    found = git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
    if found is None or commit.startswith("-"):
        raise LaunchError(f"Unknown commit: {commit}")
    return found.decode().strip()


def git(*words: str) -> bytes | None:
    """What it says; None where there is no such thing."""
    if (program := shutil.which("git")) is None:
        raise LaunchError("There is no git, which knows the earlier versions: install it")
    ran = subprocess.run([program, *words], cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - our own words
    if b"not a git repository" in ran.stderr:
        raise LaunchError("There are no earlier versions: the services are in no git repository")
    return None if ran.returncode else ran.stdout


@dataclass
class Past:
    """The folders of a run's services, for as long as it goes on."""

    folder: TemporaryDirectory[str] = field(default_factory=lambda: TemporaryDirectory(prefix="past-"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.folder.cleanup()

    def root(self, variant: Variant) -> Path:
        """Where the folder of the variant's service is."""
        return Path(self.folder.name, variant.commit, "services") if variant.commit else SERVICES

    def venv(self, variant: Variant) -> Path:
        """The one that it runs in, whoever links to it."""
        return (self.root(variant) / variant.service / ".venv").resolve()

    def servers(self, variant: Variant) -> Path:
        """What its services were said to run on then, where anybody had said so."""
        then = self.root(variant).parent / "loadtests" / SERVERS.name
        return then if then.exists() else SERVERS

    def installed(self, variant: Variant, announce: Callable[[str], None]) -> Path:
        """The .venv of its folder, which is taken out of git for that."""
        if variant.commit is None:
            return launch.installed(variant.service, announce)
        root, now = self.root(variant), SERVICES / variant.service
        then = root / variant.service
        if not then.exists():
            unpack(variant.commit, variant.service, root.parent)
            if same(then / "requirements.txt", now / "requirements.txt"):
                (then / ".venv").symlink_to(launch.installed(variant.service, announce))
        named = f"Installing {variant.service} of {variant.commit[:SHORT]}, for this run"
        return launch.installed(variant.service, lambda _: announce(named), root)


def same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()


def unpack(commit: str, service: str, target: Path) -> None:
    """The service's folder, and what was said of it, to where they are in the working tree."""
    if git("cat-file", "-e", f"{commit}:./services/{service}/gunicorn.conf.py") is None:
        raise LaunchError(f"There is no {service} in the commit {commit[:SHORT]}")
    packed = git("archive", "--format=tar", commit, f"services/{service}") or b""
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(target, filter="data")
    if said := git("show", f"{commit}:./loadtests/{SERVERS.name}"):
        (target / "loadtests").mkdir(exist_ok=True)
        (target / "loadtests" / SERVERS.name).write_bytes(said)
