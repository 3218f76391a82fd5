"""From the words of a command to a run that can be measured."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from loadtests.runner import container, k6, launch, machine, plan, record
from loadtests.runner.launch import SERVICES, LaunchError
from loadtests.runner.plan import Plan
from loadtests.runner.record import Run


class UnknownError(Exception):
    """A name that names nothing; its text lists those that do."""


@dataclass(frozen=True)
class Wanted:
    """The words of a command; None is what the plan says."""

    names: Sequence[str] = ()
    plan: str | None = None
    rounds: int | None = None
    seed: int | None = None
    docker: bool = False


def begun(wanted: Wanted, k6_binary: str, screen: Console) -> Run:
    name = wanted.plan or "quick"
    known("plan", [name], plan.names())
    read = plan.read(name)
    there = list(read.variants) or launch.services()
    known(f"variant of {name}" if read.variants else "service", wanted.names, there)
    given = {key: value for key in ("rounds", "seed") if (value := getattr(wanted, key)) is not None}
    chosen = plan.on(read, wanted.names or there).model_copy(update=given)
    if wanted.docker:
        chosen = plan.in_containers(chosen)
    k6_version = k6.version(k6_binary)
    venvs = installed(chosen, screen)
    images = built(chosen, screen)
    return record.begun(chosen, machine.described(k6_version, venvs) | ({"images": images} if images else {}))


def resumed(wanted: Wanted, screen: Console) -> Run:
    runs = record.names()
    named = [name for name in wanted.names if name in runs]
    if not named:
        variants = {variant for run in runs for variant in record.found(run).plan.variants}
        known("service or run", wanted.names, [*sorted({*launch.services(), *variants}), *runs])
    run = record.found(named[0]) if named else record.latest_unfinished(wanted.names, wanted.plan)
    installed(run.plan, screen)
    if (images := built(run.plan, screen)) != run.machine.get("images", {}):
        raise LaunchError(f"{run.name} measured other images than are built now: {', '.join(images)}")
    run.set_aside_half_blocks()
    return run


def installed(chosen: Plan, screen: Console) -> dict[str, Path]:
    services = dict.fromkeys(variant.service for variant in chosen.variants.values())
    known("service", list(services), launch.services())
    venvs = {service: launch.installed(service, announce=screen.print) for service in services}
    for service, venv in venvs.items():
        if wrong := machine.unpinned(SERVICES / service / "requirements.txt", machine.packages(venv)):
            raise LaunchError(
                f"{service} runs with {wrong}. Remove services/{service}/.venv: it is made again"
            )
    return venvs


def built(chosen: Plan, screen: Console) -> dict[str, str]:
    """The digest of each image that the plan measures."""
    inside = dict.fromkeys(variant.service for variant in chosen.variants.values() if variant.docker)
    return {service: container.built(service, announce=screen.print) for service in inside}


def known(what: str, names: Sequence[str], real: Collection[str]) -> None:
    for name in names:
        if name not in real:
            raise UnknownError(f"Unknown {what}: {name}. There are: {', '.join(real) or 'none'}")
