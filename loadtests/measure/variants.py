"""How a variant comes to run: its folder, of the working tree or of a commit, and what is started in it."""

import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from harness import environment, service
from harness.container import VENV, built, built_with, contained, image_of
from harness.server import How, Server, launched
from harness.service import SERVICES, SHORT, TWIN_CONFIG, full, unpack
from loadtests.measure.facts import PROBE
from loadtests.measure.guest import visited
from loadtests.measure.placement import Placement
from loadtests.measure.plan import Environment, Plan, PlanError, Variant, with_variants
from loadtests.measure.replicas import replicated


class Declared(BaseModel):
    """What a service says of itself, and its version: the edition."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edition: str
    framework: str
    access: str
    databases: tuple[str, ...]
    interface: str


GUEST = Declared(edition="", framework="", access="", databases=(), interface="")  # which declares nothing


def version(variant: Variant) -> str:
    """The service and, of an earlier one, its commit; of one on other packages, these and their day."""
    if variant.packages:
        pins = ", ".join(f"{name} {version}" for name, version in variant.packages.items())
        return f"{variant.service} with {pins}, as of {variant.as_of}"
    return f"{variant.service}_{variant.commit[:SHORT]}" if variant.commit else variant.service


def against(plan: Plan, commit: str) -> Plan:
    """The plan with each service beside itself as of the commit; what has no earlier self is there once."""
    variants: dict[str, Variant] = {}
    for name, variant in plan.variants.items():
        variants[name] = variant
        if not variant.kinds and not variant.control_of:  # A/A: one earlier self is enough
            variants[f"{name}_{commit[:SHORT]}"] = variant.model_copy(update={"commit": commit})
    if len(variants) == len(plan.variants):
        raise PlanError(f"Only a service has an earlier self: there is none among {', '.join(variants)}")
    return with_variants(plan, variants)


def beside(plan: Plan, pins: environment.Packages) -> Plan:
    """The plan with each service and twin beside itself with these packages, as far as it has them."""
    variants: dict[str, Variant] = {}
    able = {n: v for n, v in plan.variants.items() if v.kinds in ([], ["twin"]) and not v.control_of}
    had = environment.had([variant.service for variant in able.values()], pins)
    for name, variant in plan.variants.items():
        variants[name] = variant
        if name in able and (own := had[variant.service]):
            variants[f"{name}_with"] = variant.model_copy(update={"packages": own})
    return with_variants(plan, variants)


def pinned(plan: Plan) -> Plan:
    """The plan as it can go on later: with the full hash of each commit, and the day of packages."""
    variants: dict[str, Variant] = {}
    for name, variant in plan.variants.items():
        update: dict[str, object] = {"commit": full(variant.commit)} if variant.commit else {}
        if variant.packages and not variant.as_of:
            update["as_of"] = datetime.now(UTC).date()
        variants[name] = variant.model_copy(update=update)
    return with_variants(plan, variants)


@dataclass(frozen=True)
class Folders:
    """The folders of a run's services; `scratch` takes those of commits, for as long as the run goes on."""

    scratch: Path

    def root(self, variant: Variant) -> Path:
        """Where the folder of the variant's service is."""
        return self.scratch / variant.commit / "services" if variant.commit else SERVICES

    def of(self, variant: Variant) -> Path:
        return self.root(variant) / variant.service

    def venv(self, variant: Variant) -> Path:
        """The one that it runs in; of a container, where that has it."""
        return Path(VENV) if variant.docker else self.environment(variant)

    def environment(self, variant: Variant) -> Path:
        """On this machine."""
        if variant.packages and variant.as_of:
            return environment.of(variant.service, tuple(variant.packages.items()), variant.as_of)
        return self.of(variant) / ".venv"

    def installed(self, variant: Variant, announce: Callable[[str], None]) -> Path:
        """The .venv of its folder, which is taken out of git for that, or one with its packages."""
        if variant.commit is None:
            venv = service.installed(variant.service, announce)
            if not variant.packages:
                return venv
            announce(f"Make an environment for {version(variant)}")
            return self.environment(variant)
        then, now = self.of(variant), SERVICES / variant.service
        if not then.exists():
            unpack(variant.commit, variant.service, self.root(variant).parent)
            if same(then / "requirements.txt", now / "requirements.txt"):
                (then / ".venv").symlink_to(service.installed(variant.service, announce))
        if (then / ".venv").is_symlink():
            return then / ".venv"
        title = f"Installing {variant.service} of {variant.commit[:SHORT]}, for this run"
        return service.installed(variant.service, lambda _: announce(title), self.root(variant))

    def image(self, variant: Variant) -> str:
        """Its name: of the service, or of the environment that is in it."""
        return image_of(self.environment(variant)) if variant.packages else variant.service

    def built(self, variant: Variant, announce: Callable[[str], None]) -> str:
        """The digest of that image."""
        if variant.packages:
            announce(f"Building an image for {version(variant)}")
            return built_with(variant.service, self.environment(variant))
        return built(variant.service, announce)

    def declared(self, variant: Variant) -> Declared:
        """An earlier one may be from before services declared themselves: it is what it is today."""
        if variant.is_guest:
            return GUEST
        project = tomllib.loads((self.of(variant) / "pyproject.toml").read_text())
        root = self.root(variant) if "service" in project.get("tool", {}) else SERVICES
        declaration = asdict(service.declared(variant.service, root))
        kept = {name: declaration[name] for name in Declared.model_fields if name != "edition"}
        return Declared(edition=project["project"]["version"], **kept)


def same(then: Path, now: Path) -> bool:
    return now.exists() and then.read_bytes() == now.read_bytes()


def start(
    variant: Variant, dataset: Path | None, folders: Folders, env: Environment, placement: Placement
) -> AbstractContextManager[Server]:
    """A variant of any kind is from here on a server with a master process and a database.

    `env` is what the variant is told of a database that is no file.
    """
    root, host, cores = folders.root(variant), placement.address, placement.split.service
    if variant.is_guest:
        return visited(variant, cores, host)
    kind = f"{variant.application}s"
    arguments = () if kind == "services" else service.application(variant.service, kind, root)
    arguments = (*TWIN_CONFIG, *arguments) if variant.stands_alone else arguments
    env = {**variant.settings, **env, "PROBE_PACKAGES": " ".join(variant.packages)}
    if variant.docker:
        return contained(
            variant.service,
            env,
            dataset=dataset,
            probe=PROBE,
            cores=cores,
            host=host,
            image=folders.image(variant),
            application=arguments,
        )
    env["HOST"] = host
    how: How = {"application": arguments, "venv": folders.venv(variant), "probe": PROBE, "cores": cores}
    if variant.replicas:
        return replicated(variant.replicas, variant.service, env, root, **how)
    return launched(variant.service, env, root, dataset=dataset, **how)
