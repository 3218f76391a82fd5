"""From the arguments of a command to a run that can be measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from harness import k6
from harness.command import known, screen
from harness.environment import packages
from harness.server import LOOPBACK, free_port
from harness.service import LaunchError, declared, full, has, services
from loadtests.measure import facts, guest, plan, remote, replicas, run, variants, wrk
from loadtests.measure.dataset import LARGE
from loadtests.measure.placement import HERE, Placement
from loadtests.measure.plan import GIVEN, SQLITE, Plan, PlanError, Variant
from loadtests.measure.run import Run
from loadtests.measure.variants import Folders

OURS = ("localhost", LOOPBACK, "::1")  # of this machine alone


@dataclass(frozen=True)
class Request:
    """The arguments of a command; None is what the plan says."""

    names: Sequence[str] = ()
    plan: str | None = None
    rounds: int | None = None
    seed: int | None = None
    docker: bool = False
    against: str | None = None  # the commit whose services are measured beside those of the working tree
    packages: Mapping[str, str] = field(default_factory=dict)  # beside what is on its own packages
    database: str | None = None  # a kind of Variant.database, or the URL of a PostgreSQL server
    guests: Mapping[str, Variant] = field(default_factory=dict)
    may_delete: bool = False  # a guest may have items
    placement: Placement = HERE


def plan_for(request: Request) -> Plan:
    name = request.plan or "quick"
    known("plan", [name], plan.names())
    whole = plan.read(name)
    if whole.factors:
        from loadtests.measure import design  # takes long to import: it has numpy

        twins = [service for service in services() if has(service, "twins")]
        whole = design.crossed(whole, {service: declared(service) for service in twins})
    kind = GIVEN if "://" in (request.database or "") else request.database
    names = list(whole.variants) or [name for name in services() if request.names or speaks(name, kind)]
    groups = list(whole.groups) if whole.variants else []
    known(f"variant or group of {name}" if whole.variants else "service", request.names, [*names, *groups])
    overrides = {key: value for key in ("rounds", "seed") if (value := getattr(request, key)) is not None}
    if request.guests and not plan.takes_guests(whole):
        able = ", ".join(other for other in plan.names() if plan.takes_guests(plan.read(other)))
        raise PlanError(f"{name} compares variants of its own: other servers are measured by {able}")
    ours = request.names or ([] if request.guests else names)
    chosen = plan.on(whole, ours).model_copy(update=overrides)
    if request.guests:
        chosen = plan.with_variants(chosen, {**chosen.variants, **request.guests})
    if request.docker:
        chosen = plan.in_containers(chosen)
    if kind:
        chosen = plan.on_database(chosen, kind)
    if request.against:
        chosen = variants.against(chosen, full(request.against))
    if request.packages:
        chosen = variants.beside(chosen, request.packages)
    if (request.against or request.packages) and chosen.sections and "versions" not in chosen.sections:
        raise PlanError(f"The page of plan {chosen.name} compares no versions of a service: take another")
    return variants.pinned(chosen)


def speaks(service: str, kind: str | None) -> bool:
    return kind is None or kind.partition(":")[0] in declared(service).databases


def begun(request: Request, folders: Folders) -> Run:
    chosen, placement = plan_for(request), request.placement
    urls = [variant.url for variant in chosen.variants.values() if variant.url]
    if placement.load_from and any(urlsplit(url).hostname in OURS for url in urls):
        raise PlanError("Other machines do not reach that --url: name the address at which they do")
    generators = {"k6": k6.version()}
    take(placement, generators["k6"])
    if "wrk" in chosen.generators:
        if wrk.binary() and not placement.load_from:
            generators["wrk"] = wrk.version()
        else:
            why = "wrk is on no other machine" if placement.load_from else "there was no wrk"
            chosen = plan.without_wrk(chosen, why)
            screen.print(chosen.about.rpartition(". ")[2], style="yellow", markup=False)
    if any(variant.replicas for variant in chosen.variants.values()):
        generators["nginx"] = replicas.version()
    venvs = installed(chosen, folders)
    for name, variant in chosen.variants.items():
        kind = variant.database.partition(":")[0]
        if not variant.is_guest and kind not in folders.declared(variant).databases:
            raise PlanError(f"{name} cannot be on {kind}: {variant.service} does not declare it")
        if kind != SQLITE and chosen.dataset == "copied" and chosen.records_of(variant) >= LARGE:
            raise PlanError(f"{name}: on PostgreSQL there are fewer than {LARGE:,} records")
    declarations = {
        variants.version(variant): folders.declared(variant).model_dump(mode="json")
        for variant in chosen.variants.values()
    }
    placed = placement.model_dump(mode="json", exclude_defaults=True)
    additions = {"services": declarations, "images": built(chosen, folders), "placement": placed}
    judge_guests(chosen, may_delete=request.may_delete)
    return run.begun(chosen, facts.machine(generators, venvs, placement.split) | additions)


def take(placement: Placement, version: str) -> None:
    """The cores, the address and the other machines, each of which has a k6 of this version."""
    placement.take_cores()
    free_port(host=placement.address)
    for host in placement.load_from:
        with screen.status(f"Ask {host} which k6 it has"):
            remote.check(host, version)


def judge_guests(chosen: Plan, *, may_delete: bool) -> None:
    for variant in chosen.variants.values():
        if variant.is_guest:
            guest.held_to_the_contract(variant, screen.print, may_delete=may_delete)


def resumed(request: Request, folders: Folders) -> Run:
    paths = [Path(name).name for name in request.names]
    named = [name for name in paths if name in run.names()]
    if not named:
        measured = {variant for name in run.names() for variant in run.read(name).plan.variants}
        known("service or run", paths, [*sorted({*services(), *measured}), *run.names()])
    earlier = run.read(named[0]) if named else run.latest_unfinished(request.names, request.plan)
    if earlier.remaining:
        take(earlier.placement, k6.version())
        installed(earlier.plan, folders)
        if "wrk" in earlier.plan.generators:
            wrk.version()  # there is one
        if (images := built(earlier.plan, folders)) != earlier.machine.get("images", {}):
            raise LaunchError(f"{earlier.name} measured other images than are built now: {', '.join(images)}")
        judge_guests(earlier.plan, may_delete=request.may_delete)
        earlier.reopen()
    return earlier


def installed(chosen: Plan, folders: Folders) -> dict[str, Path]:
    """The .venv of each version of each service that the plan measures."""
    ours = [variant for variant in chosen.variants.values() if not variant.is_guest]
    known("service", [variant.service for variant in ours if variant.commit is None], services())
    venvs: dict[str, Path] = {}
    for variant in ours:
        version = variants.version(variant)
        if version in venvs:
            continue
        venvs[version] = folders.installed(variant, screen.print)
        pinned = folders.of(variant) / "requirements.txt"
        if not variant.packages and (wrong := facts.unpinned(pinned, packages(venvs[version]))):
            raise LaunchError(
                f"{version} runs with {wrong}. Remove services/{variant.service}/.venv: it is made again"
            )
    return venvs


def built(chosen: Plan, folders: Folders) -> dict[str, str]:
    """The digest of each image that the plan measures."""
    inside = {variants.version(variant): variant for variant in chosen.variants.values() if variant.docker}
    return {name: folders.built(variant, screen.print) for name, variant in inside.items()}
