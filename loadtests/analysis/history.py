"""docs/history.md: what each release of a package costs, from results/history.jsonl."""

import tomllib
from collections.abc import Iterator, Sequence
from math import nan
from pathlib import Path

from harness.document import Block, Bullets, Content, Drawing, Figure, Heading, Table, Text, digits, listed
from loadtests.analysis import charts
from loadtests.analysis.charts import Line
from loadtests.analysis.cost import FOOTPRINT, TAKEN, takes
from loadtests.cost.count import START
from loadtests.cost.history import LISTED, MODES, OPERATIONS, PARTS, TWINS, Mode, Point, largest, step

FINDINGS = Path(__file__).parents[1] / "history.toml"
CONDITIONS = {"then": "with the packages of that day", "now": "with the newest packages that it goes with"}
HUES = {"hello": "fastapi", "get_item": "flask", "list_items": "django", "create_item": "ink"}
CELLS = (*OPERATIONS, START)
ALIKE = 0.03  # a step that may be none


def blocks(points: Sequence[Point]) -> list[Block]:
    by_package = {name: [point for point in points if point.package == name] for name in TWINS}
    packages = {name: some for name, some in by_package.items() if not all(point.error for point in some)}
    return [
        Heading(1, "What each release costs"),
        *(Text(conclusion(*package), "lead") for package in packages.items()),
        Text(
            "Counted are the instructions of a request to the tutorial twin that uses the package, as in "
            f"[cost.md](cost.md), but of a list of {LISTED:,} items, and once at each release. The standard "
            "deviation of one start is [0.2 %, and 0.8 % at most](method.md#how-far-it-can-be-believed): a "
            "step of less than 3 % may be chance. Taken is the newest on the first day of "
            "each quarter, each version once, with all other packages as they were on that day; and that of "
            "each half-year with the newest that it goes with: where these are others than beside the last, "
            "they are named. All under one Python. `just cost --history PACKAGE` counts a package, and "
            "narrows its largest step down to one release; where it was cut short, a step is over several. "
            "[`results/history.jsonl`](../results/history.jsonl) has every count, with all that was "
            "installed. A start that was counted under other settings of Gunicorn is left out."
        ),
        *([Text(FOOTPRINT, "small")] if any(point.footprint for point in points) else []),
        *(block for package in packages.items() for block in chapter(*package)),
    ]


def of(points: Sequence[Point], mode: Mode, *, failed: bool = False) -> list[Point]:
    chosen = [point for point in points if point.mode == mode and bool(point.error) == failed]
    return sorted(chosen, key=lambda point: point.day)


def conclusion(package: str, points: Sequence[Point]) -> str:
    lines = []
    now = of(points, "now")
    alone = [point for point in now if point.others == now[-1].others], "with none of the others changed"
    for counts, condition in ((of(points, "then"), CONDITIONS["then"]), alone):
        if len(counts) > 1:
            first, last = counts[0], counts[-1]
            changes = [f"{percent(last.instructions[o] / first.instructions[o])} in {o}" for o in OPERATIONS]
            lines.append(f"from {first.version} to {last.version} {condition}: {listed(changes)}")
    sentence = f"`{package}` {'; '.join(lines)}." if lines else f"`{package}`: one release was counted."
    if pair := largest(now):
        operation, ratio = step(*pair)
        if abs(ratio - 1) > ALIKE:
            [part] = [name for name, packages in PARTS.items() if package in packages]
            sentence += (
                f" The largest step, {percent(ratio)} in {operation}, is that from {pair[0].version} "
                f"to {pair[1].version}: in {part}."
            )
    return sentence


def percent(ratio: float) -> str:
    return f"{round((ratio - 1) * 100):+d} %" if abs(ratio - 1) >= 0.005 else "no change"


def chapter(package: str, points: Sequence[Point]) -> Iterator[Block]:
    yield Heading(2, package)
    if findings := [*explained(package, of(points, "now"))]:
        yield Bullets(findings)
    drawings = [drawing(package, mode, counts) for mode in MODES if len(counts := of(points, mode)) > 1]
    if drawings:
        caption = (
            f"The twin `{TWINS[package]}`: instructions of a request, 100 is what the first release took."
        )
        yield Figure(drawings, caption, f"history/{package}.svg")
    for mode in MODES:
        counts = of(points, mode)
        with_footprint = mode == "then" and any(point.footprint for point in counts)
        beside = [listed_beside(point, counts[-1]) if mode == "now" else "" for point in counts]
        columns = [*CELLS, *(TAKEN if with_footprint else ()), *(["beside"] if any(beside) else [])]
        rows: list[list[Content]] = [
            [
                *(point.version, point.day.isoformat()),
                *(digits(point.instructions.get(cell, nan) / 1000) for cell in CELLS),
                *(takes(point.footprint) if with_footprint else ()),
                *([others] if any(beside) else []),
            ]
            for point, others in zip(counts, beside, strict=True)
        ]
        addition = ", and what else the twin takes" if with_footprint else ""
        yield Text(f"Thousands of instructions, {CONDITIONS[mode]}{addition}:")
        align = "ll" + "".join("l" if name == "beside" else "r" for name in columns)
        yield Table(["release", "the newest on", *columns], rows, align)
        if failed := of(points, mode, failed=True):
            yield Text(
                "The twin does not run on "
                + "; ".join(f"{point.version} ({point.error.replace('`', chr(39))})" for point in failed)
                + ".",
                "small",
            )


def listed_beside(point: Point, last: Point) -> str:
    """What else is not as it is beside the last release."""
    versions = {name: version for name, version in point.others.items() if version != last.others.get(name)}
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def explained(package: str, points: Sequence[Point]) -> Iterator[str]:
    """What the source of two releases says of a step between them."""
    counts = {point.version: point.instructions for point in points}
    for finding in tomllib.loads(FINDINGS.read_text())["findings"]:
        versions, operation = (finding["before"], finding["after"]), finding["operation"]
        if finding["package"] == package and counts.keys() >= {*versions}:
            before, after = (counts[version][operation] for version in versions)
            yield f"{' to '.join(versions)}, {percent(after / before)} in {operation}: {finding['why']}."


def drawing(package: str, mode: Mode, counts: Sequence[Point]) -> Drawing:
    first = counts[0]
    years = [point.day.year + (point.day.timetuple().tm_yday - 1) / 365 for point in counts]
    lines = []
    for operation in OPERATIONS:
        percents = [100 * point.instructions[operation] / first.instructions[operation] for point in counts]
        lines.append(Line(operation, list(zip(years, percents, strict=True)), HUES[operation]))
    ticks = {float(year): str(year) for year in range(first.day.year, counts[-1].day.year + 1)}
    return charts.lines(f"{package}, {CONDITIONS[mode]}", lines, ticks, "", decades=0.3)
