"""Figures of everything at once: the picture for the front page, and dots in bands."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from loadtests.report import svg
from loadtests.report.bars import Bar, colour, draw_ours, end
from loadtests.report.curves import one_two_five

WIDTH, LABELS, LETTER, HEAD, ROW, FOOT = 800, 108, 7, 44, 24, 30  # pixels
BANDS_WIDTH, LANE, BAND, BANDS_HEAD, BANDS_FOOT, BANDS_LABELS = 400, 11, 14, 48, 34, 88


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


def in_bands(bands: Mapping[str, Sequence[Bar]], unit: str) -> Figure:
    """In each band a lane for each stack; a twin is a ring in the lane of its stack."""
    stacks = list(dict.fromkeys(bar.group for bars in bands.values() for bar in bars))
    band = len(stacks) * LANE + BAND
    height = BANDS_HEAD + len(bands) * band + BANDS_FOOT
    with svg.canvas(BANDS_WIDTH, height) as figure:
        box = (BANDS_LABELS / BANDS_WIDTH, BANDS_FOOT / height, 1 - (BANDS_LABELS + 10) / BANDS_WIDTH)
        axes = figure.add_axes((*box, len(bands) * band / height))
        for index, bars in enumerate(bands.values()):
            for bar in bars:
                dot(axes, bar, index * band + BAND / 2 + (stacks.index(bar.group) + 0.5) * LANE)
            axes.axhline(index * band, color=svg.LINE, linewidth=0.8)
        axes.set_yticks([(index + 0.5) * band for index in range(len(bands))], list(bands))
        axes.set_ylim(len(bands) * band, 0)
        scale(axes, unit)
        legend(axes, stacks)
        return figure


def dot(axes: Axes, bar: Bar, place: float) -> None:
    own, alpha = colour(bar.group), 0.5 if bar.hollow else 1
    if bar.value.known:
        axes.plot([bar.value.low, bar.value.high], [place, place], color=own, linewidth=1.4, alpha=alpha)
    face = svg.SURFACE if bar.faint else own
    style = marker(bar.group)
    axes.plot(bar.value.value, place, style, markersize=5.5, color=own, markerfacecolor=face, alpha=alpha)


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
