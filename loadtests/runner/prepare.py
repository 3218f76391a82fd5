"""From the words of a command to a run that can be measured."""

from collections.abc import Collection, Sequence
from pathlib import Path

from rich.console import Console

from loadtests.runner import k6, launch, machine, plan, record
from loadtests.runner.plan import Plan
from loadtests.runner.record import Run


class UnknownError(Exception):
    """A name that names nothing; its text lists those that do."""


def begun(names: Sequence[str], plan_name: str, k6_binary: str, screen: Console) -> Run:
    services = launch.services()
    known("plan", [plan_name], plan.names())
    known("service", names, services)
    chosen = plan.on(plan.read(plan_name), names or services)
    k6_version = k6.version(k6_binary)
    venvs = installed(chosen, screen)
    return record.begun(chosen, machine.described(k6_version, venvs))


def resumed(names: Sequence[str], plan_name: str | None, screen: Console) -> Run:
    known("service or run", names, [*launch.services(), *record.names()])
    runs = [name for name in names if name in record.names()]
    run = record.found(runs[0]) if runs else record.latest_unfinished(names, plan_name)
    installed(run.plan, screen)
    return run


def installed(chosen: Plan, screen: Console) -> dict[str, Path]:
    services = dict.fromkeys(variant.service for variant in chosen.variants.values())
    known("service", list(services), launch.services())
    return {service: launch.installed(service, announce=screen.print) for service in services}


def known(what: str, names: Sequence[str], real: Collection[str]) -> None:
    for name in names:
        if name not in real:
            raise UnknownError(f"Unknown {what}: {name}. There are: {', '.join(real) or 'none'}")
