"""Two figures of everything at once: the picture for the front page, and what a request costs."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loadtests.report import svg
from loadtests.report.bars import Bar, colour, draw_ours, end
from loadtests.report.curves import one_two_five

WIDTH, LABELS, LETTER, HEAD, ROW, FOOT = 800, 108, 7, 44, 24, 30  # pixels
COST_WIDTH, LANE, BAND, COST_HEAD, COST_FOOT, COST_LABELS = 400, 11, 14, 48, 34, 88


def picture(columns: Sequence[tuple[str, str, Sequence[Bar]]], note: str) -> Figure:
    """A column for each scenario: its name, its unit, and a bar for each stack."""
    rows = len(columns[0][2]) if columns else 0
    height = HEAD + rows * ROW + FOOT
    labels = max([LABELS, *(LETTER * len(bar.label) for _, _, bars in columns for bar in bars)])
    with svg.canvas(WIDTH, height) as figure:
        step = (WIDTH - labels) / max(len(columns), 1)
        for index, (name, unit, bars) in enumerate(columns):
            left = labels + index * step
            axes = figure.add_axes((left / WIDTH, FOOT / height, (step - 8) / WIDTH, rows * ROW / height))
            column(axes, bars, with_labels=index == 0)
            figure.text(left / WIDTH, 1 - 15 / height, name, size=11, weight="bold")
            figure.text(left / WIDTH, 1 - 32 / height, unit, size=10, color=svg.MUTED)
        figure.text(labels / WIDTH, 8 / height, note, size=10, color=svg.MUTED)
        return figure


def column(axes: Axes, bars: Sequence[Bar], *, with_labels: bool) -> None:
    places = [index * ROW for index in range(len(bars))]
    axes.set_yticks(places if with_labels else [], [bar.label for bar in bars] if with_labels else [])
    axes.tick_params(axis="y", length=0, pad=6, labelcolor=svg.INK, labelsize=11)
    draw_ours(axes, places, bars)
    axes.set_xlim(0, max((end(bar.value) for bar in bars), default=1) * 1.75)
    axes.set_ylim(len(bars) * ROW - ROW / 2, -ROW / 2)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def cost(scenarios: Mapping[str, Sequence[Bar]], unit: str) -> Figure:
    """A band for each scenario, a lane for each stack; a twin is a ring in the lane of its stack."""
    lanes = max((len({bar.group for bar in bars}) for bars in scenarios.values()), default=1)
    band = lanes * LANE + BAND
    height = COST_HEAD + len(scenarios) * band + COST_FOOT
    with svg.canvas(COST_WIDTH, height) as figure:
        box = (COST_LABELS / COST_WIDTH, COST_FOOT / height, 1 - (COST_LABELS + 10) / COST_WIDTH)
        axes = figure.add_axes((*box, len(scenarios) * band / height))
        for index, bars in enumerate(scenarios.values()):
            lane = {group: number for number, group in enumerate(dict.fromkeys(bar.group for bar in bars))}
            for bar in bars:
                dot(axes, bar, index * band + BAND / 2 + (lane[bar.group] + 0.5) * LANE)
            axes.axhline(index * band, color=svg.LINE, linewidth=0.8)
        axes.set_yticks([(index + 0.5) * band for index in range(len(scenarios))], list(scenarios))
        axes.set_ylim(len(scenarios) * band, 0)
        scale(axes, unit)
        legend(axes, list(dict.fromkeys(bar.group for bars in scenarios.values() for bar in bars)))
        return figure


def dot(axes: Axes, bar: Bar, place: float) -> None:
    own = colour(bar.group)
    if bar.value.known:
        axes.plot([bar.value.low, bar.value.high], [place, place], color=own, linewidth=1.4)
    face = svg.SURFACE if bar.faint else own
    axes.plot(bar.value.value, place, marker(bar.group), markersize=5.5, color=own, markerfacecolor=face)


def marker(stack: str) -> str:
    return "o" if stack.endswith("sqlite") else "D"


def scale(axes: Axes, unit: str) -> None:
    axes.set_xscale("log")
    one_two_five(axes.xaxis)
    axes.tick_params(length=0, which="both")
    axes.tick_params(axis="y", labelcolor=svg.INK)
    axes.grid(axis="x")
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.set_xlabel(unit)


def legend(axes: Axes, stacks: Sequence[str]) -> None:
    keys = [
        Line2D([], [], linestyle="", marker=marker(stack), color=colour(stack), label=stack)
        for stack in stacks
    ]
    figure = axes.figure
    figure.legend(
        handles=keys,
        loc="upper left",
        bbox_to_anchor=(0, 1),
        ncols=3,
        frameon=False,
        fontsize=9.5,
        handletextpad=0.1,
        columnspacing=1.2,
        borderaxespad=0,
        borderpad=0.2,
    )
