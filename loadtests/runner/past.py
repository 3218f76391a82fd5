"""Services as they were at a commit: their folders out of git, beside those of the working tree."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from harness.commit import SHORT, full, unpack, unpack_file
from harness.service import SERVICES, installed
from loadtests.runner.configuration import SERVERS
from loadtests.runner.plan import Plan, PlanError, Variant


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
            return installed(variant.service, announce)
        root, now = self.root(variant), SERVICES / variant.service
        then = root / variant.service
        if not then.exists():
            unpack(variant.commit, variant.service, root.parent)
            unpack_file(variant.commit, f"loadtests/{SERVERS.name}", root.parent)  # what was said of it then
            if same(then / "requirements.txt", now / "requirements.txt"):
                (then / ".venv").symlink_to(installed(variant.service, announce))
        named = f"Installing {variant.service} of {variant.commit[:SHORT]}, for this run"
        return installed(variant.service, lambda _: announce(named), root)


def same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()
