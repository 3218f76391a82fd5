"""From the words of a command to a run that can be measured."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from harness import commit, container, k6
from harness.service import LaunchError, services
from loadtests.runner import machine, past, plan, record
from loadtests.runner.past import Past
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
    against: str | None = None  # the commit whose services are measured beside those of the working tree


def begun(wanted: Wanted, k6_binary: str, screen: Console, earlier: Past) -> Run:
    name = wanted.plan or "quick"
    known("plan", [name], plan.names())
    read = plan.read(name)
    there = list(read.variants) or services()
    known(f"variant of {name}" if read.variants else "service", wanted.names, there)
    given = {key: value for key in ("rounds", "seed") if (value := getattr(wanted, key)) is not None}
    chosen = plan.on(read, wanted.names or there).model_copy(update=given)
    if wanted.docker:
        chosen = plan.in_containers(chosen)
    if wanted.against:
        chosen = past.against(chosen, commit.full(wanted.against))
    chosen = past.pinned(chosen)
    described = machine.described(k6.version(k6_binary), installed(chosen, screen, earlier))
    noted = {"images": built(chosen, screen), "commits": past.commits(chosen)}
    return record.begun(chosen, described | {key: found for key, found in noted.items() if found})


def resumed(wanted: Wanted, screen: Console, earlier: Past) -> Run:
    runs = record.names()
    named = [name for name in wanted.names if name in runs]
    if not named:
        variants = {variant for run in runs for variant in record.found(run).plan.variants}
        known("service or run", wanted.names, [*sorted({*services(), *variants}), *runs])
    run = record.found(named[0]) if named else record.latest_unfinished(wanted.names, wanted.plan)
    installed(run.plan, screen, earlier)
    if (images := built(run.plan, screen)) != run.machine.get("images", {}):
        raise LaunchError(f"{run.name} measured other images than are built now: {', '.join(images)}")
    run.set_aside_half_blocks()
    return run


def installed(chosen: Plan, screen: Console, earlier: Past) -> dict[str, Path]:
    """The .venv of each version of each service that the plan measures."""
    now = dict.fromkeys(one.service for one in chosen.variants.values() if one.commit is None)
    known("service", list(now), services())
    venvs: dict[str, Path] = {}
    for variant in chosen.variants.values():
        named = past.named(variant)
        if named in venvs:
            continue
        venvs[named] = earlier.installed(variant, screen.print)
        requirements = earlier.root(variant) / variant.service / "requirements.txt"
        if wrong := machine.unpinned(requirements, machine.packages(venvs[named])):
            raise LaunchError(
                f"{named} runs with {wrong}. Remove services/{variant.service}/.venv: it is made again"
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
