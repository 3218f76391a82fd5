"""Bars: what was measured here on the left, what was published on the right, each on a scale of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from loadtests.report import svg
from loadtests.report.ratios import Interval
from loadtests.runner.report import digits

WIDTH, HEAD, ROW, GAP, LABELS = 400, 26, 17, 7, 122  # pixels
COLOURS = {"fastapi": svg.FASTAPI, "flask": svg.FLASK, "django": svg.DJANGO}


@dataclass(frozen=True)
class Bar:
    label: str
    group: str  # bars of one group stand together
    value: Interval
    faint: bool = False  # a twin
    hollow: bool = False  # it does not rank
    published: float | None = None


def colour(stack: str) -> str:
    return COLOURS.get(stack.partition("_")[0], svg.INK)


def pair_of_panels(bars: Sequence[Bar], heads: tuple[str, str]) -> Figure:
    """Both from zero: a bar is as long as its value, beside whatever bar."""
    places = positions(bars)
    height = HEAD + (places[-1] if places else 0) + ROW
    with svg.canvas(WIDTH, height) as figure:
        split = LABELS + (WIDTH - LABELS) * 0.58
        ours = panel(figure, LABELS + 4, split - 6, height, heads[0])
        theirs = panel(figure, split + 4, WIDTH - 2, height, heads[1])
        ours.set_yticks(places, [bar.label for bar in bars])
        for label, bar in zip(ours.get_yticklabels(), bars, strict=True):
            label.set_color(svg.MUTED if bar.faint else svg.INK)
        theirs.set_yticks([])
        draw_ours(ours, places, bars)
        draw_theirs(theirs, places, bars)
        return figure


def positions(bars: Sequence[Bar]) -> list[float]:
    places: list[float] = []
    for index, bar in enumerate(bars):
        apart = ROW + (GAP if index and bar.group != bars[index - 1].group else 0)
        places.append(places[-1] + apart if places else 0)
    return places


def panel(figure: Figure, left: float, right: float, height: float, head: str) -> Axes:
    axes = figure.add_axes((left / WIDTH, 0, (right - left) / WIDTH, 1 - HEAD / height))
    axes.set_ylim(height - HEAD - ROW / 2, -ROW / 2)
    axes.set_xticks([])
    axes.tick_params(axis="y", length=0, pad=4)
    axes.spines[["bottom"]].set_visible(False)
    figure.text(left / WIDTH, 1 - 12 / height, head, color=svg.MUTED, size=9.5)
    return axes


def draw_ours(axes: Axes, places: Sequence[float], bars: Sequence[Bar]) -> None:
    for place, bar in zip(places, bars, strict=True):
        value = bar.value
        if isnan(value.value):
            continue
        alpha = 0.18 if bar.hollow else 0.5 if bar.faint else 1
        axes.barh(place, value.value, ROW - 4, color=colour(bar.group), alpha=alpha, edgecolor="none")
        if value.known:
            axes.plot(
                [value.low, value.high], [place, place], color=svg.INK, linewidth=1.4, solid_capstyle="butt"
            )
        write(axes, place, end(value), digits(value.value))
    axes.set_xlim(0, max((end(bar.value) for bar in bars), default=1) * 1.42)


def draw_theirs(axes: Axes, places: Sequence[float], bars: Sequence[Bar]) -> None:
    published = [(place, bar.published) for place, bar in zip(places, bars, strict=True) if bar.published]
    for place, value in published:
        axes.barh(place, value, ROW - 4, color=svg.PAPER, edgecolor="none")
        write(axes, place, value, f"{value:,.4g}")
    axes.set_xlim(0, max((value for _, value in published), default=1) * 1.5)


def write(axes: Axes, place: float, end: float, text: str) -> None:
    axes.annotate(text, (end, place), (4, 0), textcoords="offset points", va="center_baseline", size=9.5)


def end(value: Interval) -> float:
    return value.high if value.known else 0 if isnan(value.value) else value.value
