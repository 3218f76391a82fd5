"""What `just cost` does once its arguments are read: count, show what came, compare it, and publish it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness import container, document
from harness.command import fail, known, output, progress, screen
from harness.service import LaunchError, declared, installed, services
from loadtests.analysis import cost as page
from loadtests.analysis import pages
from loadtests.cost import costs, count, footprint
from loadtests.cost.costs import Count
from loadtests.cost.count import Variant
from loadtests.cost.history import TWINS, History
from loadtests.measure import prepare, variants


def count_services(
    names: Sequence[str], pins: dict[str, str], database: str, threshold: float | None, *, publish: bool
) -> None:
    """`threshold` is how many per cent a cell may grow; None where nothing is checked."""
    known("service", names, services())
    before = costs.read() if threshold is not None else None
    names = names or [name for name in services() if database in declared(name).databases]
    for name in names:
        installed(name, screen.print)
    if pins:
        screen.print(f"Make environments with {', '.join(map('=='.join, pins.items()))}")
        chosen = costs.on_packages(names, pins)
    else:
        chosen = (costs.on_postgresql if database == costs.POSTGRESQL else costs.variants)(names)
    if before:  # what is guarded is ours
        chosen = [variant for variant in chosen if variant.group in (costs.SERVICES, costs.POSTGRESQL)]
    after = counted(chosen, starts=not before)
    if before and threshold is not None:
        if difference := costs.conditions(before, after):
            output.print(f"Nothing was compared: {difference}.", style="yellow", markup=False)
        elif grown := costs.growth(before, after, threshold / 100):
            fail("\n".join(grown))
        else:
            output.print(f"No cell grew by more than {threshold:g} %.")
    if publish:
        costs.completed(after, costs.read() if costs.BASELINE.exists() else after).write()
        pages.write_all()


def count_study(*, publish: bool) -> None:
    twins = prepare.plan_for(prepare.Request(["study"], "paper")).variants.values()
    folders = variants.Folders(Path())
    count = counted([costs.twin_on(twin.service, folders.installed(twin, screen.print)) for twin in twins])
    if publish:
        count.write(costs.STUDY)
        pages.write_all()


def counted(chosen: Sequence[Variant], *, starts: bool = True) -> Count:
    with progress("Loading the items") as advance:
        count = costs.counted(chosen, advance, starts=starts)
    document.terminal([page.cells(count)], output)
    return count


def count_history(packages: Sequence[str]) -> None:
    known("package", packages, [*TWINS])
    for name in {TWINS[package] for package in packages}:
        installed(name, screen.print)
    with screen.status("Ask which releases there are"):
        history = History(packages, datetime.now(UTC).date())
    screen.print(
        f"{len(history.uncounted)} points in {history.environments} environments that are not counted yet: "
        f"about {history.hours:.1f} hours. Then a few to find the largest steps, and the footprints"
    )
    for step in (history.count, history.measure):
        with progress("Loading the items") as advance:
            step(advance)
    pages.over_all()
    output.print("The page: docs/history.md")


def measure_footprints(names: Sequence[str], *, publish: bool) -> None:
    known("service", names, services())
    names, images, footprints = names or services(), {}, {}
    try:
        for name in names:
            images[name] = round(container.added(name, screen.print) / 1e6, 1)
    except LaunchError as error:
        if publish:
            fail(f"Nothing is published without the sizes of the images: {error}")
        screen.print(f"No sizes of images: {error}", style="yellow", markup=False)
    for name in names:
        installed(name, screen.print)
        screen.print(f"Start {name} a few times")
        with count.dataset(name) as dataset:
            measured = footprint.measured(Variant("services", name, name), dataset)
        footprints[name] = measured.model_copy(update={"image": images.get(name)})
    document.terminal([page.taken(footprints)], output)
    if publish:
        footprint.write(footprints)
        pages.write_all()
