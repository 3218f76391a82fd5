"""All variants counted, several at once: a busy machine changes no count. What came is results/cost.json."""

import platform
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean, stdev
from typing import Annotated

from pydantic import PlainSerializer, TypeAdapter, ValidationError

from harness import environment, postgresql
from harness.service import ROOT, TWIN_CONFIG, application, declared, has
from loadtests.cost import count, instrument
from loadtests.cost.count import BASICS, ON_RUNGS, OPERATIONS, Variant
from loadtests.cost.instrument import CountError, Reading

BASELINE = ROOT / "results" / "cost.json"
STUDY = ROOT / "results" / "cost-study.json"  # the twins on the study's packages, by `just cost --study`
SEEDS = (0, 1, 2)
ALIKE = 1.02  # counts that differ by less are not told apart


# Five significant digits are more than counts agree in.
Rounded = Annotated[float, PlainSerializer(lambda value: float(f"{value:.5g}"))]


@dataclass(frozen=True)
class Cost:
    """Of one request, or of one start, over the hash seeds."""

    instructions: Rounded  # in user space
    plus_minus: Rounded  # half of the 95 % interval of the instructions, by Student's t over the seeds
    syscalls: Rounded
    syncs: Rounded  # the system calls that wait for the disk


Costs = Mapping[str, Mapping[str, Mapping[str, Cost]]]  # by group, name and operation
SERVICES, TWINS, FLOORS, RUNGS = "services", "twins", "floors", "rungs"
POSTGRESQL = "postgresql"  # the services that can, on that instead of SQLite
PINNED = "pinned"  # the services on other packages


@dataclass(frozen=True)
class Count:
    rows: int = field(default=count.ROWS, kw_only=True)
    seeds: int = field(default=len(SEEDS), kw_only=True)
    machine: Mapping[str, str]
    costs: Costs
    packages: Mapping[str, environment.Packages] = field(default_factory=dict)  # by name: what was installed

    def of(self, group: str, name: str, operation: str) -> float:
        """Instructions."""
        return self.costs[group][name][operation].instructions

    def write(self, path: Path = BASELINE) -> None:
        without = None if self.packages else {"packages"}
        path.write_bytes(FORMAT.dump_json(self, indent=1, exclude=without) + b"\n")


FORMAT = TypeAdapter(Count)


def read(path: Path = BASELINE) -> Count:
    command = f"just cost {'--study ' if path == STUDY else ''}--publish"
    try:
        return FORMAT.validate_json(path.read_bytes())
    except FileNotFoundError:
        raise CountError(f"There is no {path.name} yet. To make it: {command}") from None
    except ValidationError as error:
        raise CountError(f"{path.name} is no count. To make it anew: {command}") from error


def variants(names: Sequence[str]) -> list[Variant]:
    """The services, their twins, what has rungs, and the floors: the server alone, one for each interface."""
    chosen: list[Variant] = []
    floors: dict[str, Variant] = {}
    for name in names:
        interface = declared(name).interface
        chosen.append(Variant(SERVICES, name, name))
        if has(name, TWINS):
            chosen.append(Variant(TWINS, name, name, application(name, TWINS)))
        if has(name, RUNGS):
            chosen.append(Variant(RUNGS, name, name, application(name, RUNGS), ON_RUNGS))
        floor = Variant(FLOORS, interface, name, application(name, FLOORS), BASICS)
        floors.setdefault(interface, floor)
    return [*chosen, *floors.values()]


def on_postgresql(names: Sequence[str]) -> list[Variant]:
    if others := [name for name in names if POSTGRESQL not in declared(name).databases]:
        raise CountError(f"{others[0]} does not speak PostgreSQL")
    return [Variant(POSTGRESQL, name, name) for name in names]


def twin_on(name: str, venv: Path, operations: tuple[str, ...] = OPERATIONS) -> Variant:
    """The twin of a service, in an environment of its own."""
    return Variant(TWINS, name, name, (*TWIN_CONFIG, *application(name, TWINS)), operations, venv)


def on_packages(names: Sequence[str], pins: environment.Packages) -> list[Variant]:
    """Each of the services as it is, and with those of these packages that it has. Raises LaunchError."""
    today, chosen = datetime.now(UTC).date(), list[Variant]()
    for name, own in environment.had(names, pins).items():
        if own:
            venv = environment.of(name, tuple(own.items()), today)
            chosen += [Variant(SERVICES, name, name), Variant(PINNED, name, name, environment=venv)]
    return chosen


def counted(chosen: Sequence[Variant], progress: Callable[[int, int, str], None], *, starts: bool) -> Count:
    """Raises CountError and LaunchError."""
    instrument.ensure_available()
    readings: dict[Variant, dict[str, list[Reading]]] = {v: {} for v in chosen}
    with count.workers() as pool, ExitStack() as stack:
        asked = any(v.group == POSTGRESQL for v in chosen)
        server = stack.enter_context(postgresql.server()) if asked else ""
        services = dict.fromkeys(v.service for v in chosen)
        data = {name: stack.enter_context(count.dataset(name, server)) for name in services}
        tasks = [(count.requests, v, seed) for seed in SEEDS for v in chosen]
        tasks += [(count.start, v, SEEDS[0]) for v in chosen if starts and v.group in (SERVICES, PINNED)]
        futures = {pool.submit(task, v, seed, data[v.service]): v for task, v, seed in tasks}
        for done, future in enumerate(as_completed(futures), 1):
            variant = futures[future]
            for operation, reading in future.result().items():
                readings[variant].setdefault(operation, []).append(reading)
            progress(done, len(futures), variant.name)
    costs: dict[str, dict[str, dict[str, Cost]]] = {}
    for variant, cells in readings.items():
        costs.setdefault(variant.group, {})[variant.name] = {op: cost(values) for op, values in cells.items()}
    machine = {**instrument.features(), "python": platform.python_version(), "system": platform.machine()}
    packages = {v.name: environment.packages(v.venv) for v in chosen if v.environment or v.group == SERVICES}
    return Count(machine, costs, packages)


def cost(values: Sequence[Reading]) -> Cost:
    instructions = [value.instructions for value in values]
    half = 0.0
    if len(values) > 1:
        from scipy.special import stdtrit  # type: ignore[import-untyped] # only those who count need it

        half = float(stdtrit(len(values) - 1, 0.975)) * stdev(instructions) / len(values) ** 0.5
    return Cost(fmean(instructions), half, fmean(v.syscalls for v in values), fmean(v.syncs for v in values))


def conditions(before: Count, after: Count) -> str:
    """Under what else the first was counted, such as another Python: a difference would be of that."""
    pairs = {key: (before.machine.get(key), value) for key, value in after.machine.items()}
    others = [f"{key} {then}, now {now}" for key, (then, now) in pairs.items() if then != now]
    return f"the baseline was counted under {'; '.join(others)}" if others else ""


def completed(after: Count, before: Count) -> Count:
    """With the groups that were counted before and not this time. The services are in every baseline."""
    if not (others := conditions(before, after)):
        both = {**before.costs, **after.costs}, {**before.packages, **after.packages}
        return replace(after, costs=both[0], packages=both[1])
    if SERVICES not in after.costs:
        raise CountError(f"Not published beside the other counts: {others}")
    return after


def growth(before: Count, after: Count, threshold: float) -> list[str]:
    """A sentence for each cell of both that costs over `threshold` (0.02 is 2 %) more than before."""
    return [
        f"{operation} of {name} ({group}) costs {(ratio - 1) * 100:.1f} % more than before"
        for group, variants in after.costs.items()
        for name, cells in variants.items()
        for operation, now in cells.items()
        if (then := before.costs.get(group, {}).get(name, {}).get(operation))
        and (ratio := now.instructions / then.instructions) > 1 + threshold
    ]
