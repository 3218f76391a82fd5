"""Curves: how slow the slowest requests are, and what a growing load does to them."""

from collections.abc import Mapping, Sequence
from math import log10
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from loadtests.report import svg
from loadtests.report.bars import colour

WIDTH, HEIGHT = 400, 250  # pixels
PERCENTS = (0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99)
SHOWN = (0, 50, 90, 99, 99.9, 99.99)
BEYOND = 10  # requests that have to lie beyond a percentile for it to be drawn

Points = Sequence[tuple[float, float]]  # percent or requests per second, ms


class Curve(NamedTuple):
    stack: str
    points: Points
    faint: bool  # of an earlier version


def drawable(requests: int) -> list[float]:
    """The percentages up to the last one that enough requests lie beyond."""
    steps = np.unique([*range(100), *np.arange(99, 100, 0.1), *np.arange(99.9, 100, 0.01), *PERCENTS])
    return [float(percent) for percent in steps if requests * (100 - percent) / 100 >= BEYOND]


def stretched(percent: float) -> float:
    """Each nine of a percentile takes as much room as the one before."""
    return -log10(1 - percent / 100)


def quantiles(curves: Mapping[str, Curve]) -> Figure:
    """`curves` maps a variant to its curve of (percent, ms)."""
    with svg.canvas(WIDTH, HEIGHT) as figure:
        axes = axes_of(figure)
        for variant, curve in curves.items():
            x, y = [stretched(percent) for percent, _ in curve.points], [value for _, value in curve.points]
            axes.plot(x, y, label=variant, **line(curve))
        last = max((curve.points[-1][0] for curve in curves.values() if curve.points), default=99)
        ticks = [percent for percent in SHOWN if percent <= last]
        axes.set_xticks(
            [stretched(percent) for percent in ticks],
            [f"p{percent:g}" if percent else "min" for percent in ticks],
        )
        axes.set_xlim(0, stretched(last))
        finish(axes, "ms")
        return figure


def load(curves: Mapping[str, Curve], limit: float) -> Figure:
    """`curves` maps a variant to its curve of (requests per second, p99 in ms)."""
    with svg.canvas(WIDTH, HEIGHT) as figure:
        axes = axes_of(figure)
        for variant, curve in curves.items():
            x, y = [rate for rate, _ in curve.points], [value for _, value in curve.points]
            axes.plot(x, y, label=variant, marker="o", markersize=4, **line(curve))
        axes.axhline(limit, color=svg.MUTED, linewidth=0.9, linestyle=(0, (2, 2)))
        axes.set_xlabel("requests per second, offered")
        axes.set_xscale("log")
        one_two_five(axes.xaxis)
        finish(axes, "p99, ms")
        return figure


def axes_of(figure: Figure) -> Axes:
    return figure.add_axes((40 / WIDTH, 36 / HEIGHT, 1 - 64 / WIDTH, 1 - 56 / HEIGHT))


def line(curve: Curve) -> dict[str, Any]:
    """The framework by its colour, raw SQL as a line, an ORM dashed, an earlier version pale."""
    return {
        "color": colour(curve.stack),
        "linewidth": 1.7,
        "linestyle": "-" if curve.stack.endswith("sqlite") else (0, (4, 2)),
        "alpha": 0.5 if curve.faint else 1,
    }


def finish(axes: Axes, unit: str) -> None:
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high * (high / low) ** 0.35)  # room for the legend
    one_two_five(axes.yaxis)
    axes.tick_params(length=0, which="both")
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_title(unit, loc="left", x=-0.085, size=9.5, color=svg.MUTED)
    axes.legend(loc="upper left", ncols=2, frameon=False, fontsize=9, handlelength=3.2, borderaxespad=0.1)


def one_two_five(axis: Axis) -> None:
    """The ticks of a logarithmic scale."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=9))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axis.set_minor_formatter(NullFormatter())
