"""Curves of what an operation costs by the number of rows: level, where the rows do not matter."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from loadtests.report import curves, scale, svg
from loadtests.report.growth import Section
from loadtests.report.results import CPU, Results
from loadtests.runner.report import digits

Points = Sequence[tuple[int, float]]  # rows, ms


def drawn(results: Results, section: Section) -> dict[str, str]:
    return {f"scale-{scenario}": by_rows(results, scenario) for scenario in section.scenarios}


def by_rows(results: Results, scenario: str) -> str:
    stacks = {
        name: (results.plan.variants[sizes[min(sizes)]].service, points(results, sizes, scenario))
        for name, sizes in scale.stacks(results).items()
    }
    told = "; ".join(
        f"{name} {', '.join(f'{digits(value)} at {rows:,}' for rows, value in found)}"
        for name, (_, found) in stacks.items()
    )
    title = f"{CPU.label} of {scenario} in ms, by the number of rows"
    return svg.inline(figure(stacks), f"scale-{scenario}", title, told)


def points(results: Results, sizes: Mapping[int, str], scenario: str) -> Points:
    means = {rows: results.mean(name, scenario, CPU).value for rows, name in sizes.items()}
    return [(rows, value) for rows, value in means.items() if value > 0]  # nan is not


def figure(stacks: Mapping[str, tuple[str, Points]]) -> Figure:
    """`stacks` maps a stack's name to its service and its points."""
    with svg.canvas(curves.WIDTH, curves.HEIGHT) as drawing:
        axes = curves.axes_of(drawing)
        for name, (service, found) in stacks.items():
            x, y = [rows for rows, _ in found], [value for _, value in found]
            axes.plot(
                x,
                y,
                label=name,
                marker="o",
                markersize=4,
                **curves.line(curves.Curve(service, found, faint=False)),
            )
        axes.set_xscale("log")
        ticks = sorted({rows for _, found in stacks.values() for rows, _ in found})
        axes.set_xticks(ticks, [f"{rows:,}" for rows in ticks])
        axes.set_xticks([], minor=True)
        axes.set_xlabel("rows")
        values = [value for _, found in stacks.values() for _, value in found]
        low, high = min(values, default=1), max(values, default=1)
        # At least a decade: a level line should look level, whatever its noise.
        room = max((10 * low / high) ** 0.5, 1.1)
        axes.set_ylim(low / room, high * room)
        curves.finish(axes, "ms of processor time per request")
        return drawing
