"""The study's gaps as bars of what explains them: to the right what is for the first, else to the left."""

from collections.abc import Mapping, Sequence
from math import isfinite, log

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from loadtests.report import svg
from loadtests.report.attributed import GAPS
from loadtests.report.attribution import Costs, Gap
from loadtests.report.orders import TWINS
from loadtests.report.paper import Paper
from loadtests.report.results import Results
from loadtests.report.sentences import ratio

WIDTH, HEAD, ROW, FOOT, LABELS = 620, 24, 22, 26, 250  # pixels
COLOURS = {"server": svg.FASTAPI, "framework": svg.FLASK, "access": svg.DJANGO}
NAMES = {"server": "server", "framework": "framework", "access": "database access"}
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)

Rows = Sequence[tuple[str, Gap, float]]  # its name, what it is here, what it is in the study


def drawn(results: Results, study: Paper) -> Mapping[str, str]:
    return {f"attribution-{name}": shares(results, study, name) for name in results.scenarios}


def shares(results: Results, study: Paper, scenario: str) -> str:
    costs = Costs(results, scenario, results.headline(scenario))
    rows = [
        (
            f"{study.applications[one]} / {study.applications[other]}",
            costs.gap(TWINS[one], TWINS[other]),
            ratio(study, scenario, one, other),
        )
        for one, other in GAPS
    ]
    told = "; ".join(
        f"{title} {gap.times.value:.2f}: "
        + ", ".join(f"{NAMES[part.factor]} {part.times.value:.2f}" for part in gap.parts)
        for title, gap, _ in rows
        if isfinite(gap.times.value)
    )
    title = f"What explains the gaps of {scenario}, as factors of how many times as well the first does"
    return svg.inline(figure(rows), f"attribution-{scenario}", title, told)


def figure(rows: Rows) -> Figure:
    height = HEAD + ROW * len(rows) + FOOT
    with svg.canvas(WIDTH, height) as drawing:
        axes = drawing.add_axes(
            (LABELS / WIDTH, FOOT / height, (WIDTH - LABELS - 8) / WIDTH, 1 - (HEAD + FOOT) / height)
        )
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks(range(len(rows)), [title for title, _, _ in rows])
        axes.tick_params(axis="y", length=0, pad=6)
        for place, (_, gap, published) in enumerate(rows):
            stack(axes, place, gap)
            axes.plot(log(published), place, marker="D", markersize=5, color=svg.PAPER, linestyle="none")
        scale(axes)
        legend(drawing, height)
        return drawing


def stack(axes: Axes, place: float, gap: Gap) -> None:
    """Each factor where the ones before it end, so that the sum of both sides is the gap."""
    ends = {True: 0.0, False: 0.0}
    for part in gap.parts:
        if isfinite(part.times.value):
            width = log(part.times.value)
            axes.barh(place, width, 0.62, ends[width > 0], color=COLOURS[part.factor], edgecolor="none")
            ends[width > 0] += width
    if isfinite(gap.times.value):
        axes.plot([log(gap.times.value)] * 2, [place - 0.42, place + 0.42], color=svg.INK, linewidth=2)
    if gap.times.known:
        axes.plot([log(gap.times.low), log(gap.times.high)], [place, place], color=svg.INK, linewidth=1.2)


def scale(axes: Axes) -> None:
    axes.axvline(0, color=svg.MUTED, linewidth=0.8, zorder=0)
    low, high = axes.get_xlim()
    shown = [tick for tick in TICKS if low <= log(tick) <= high]
    axes.set_xticks([log(tick) for tick in shown], [f"{tick:g}" for tick in shown])
    axes.grid(axis="x", zorder=0)
    axes.set_axisbelow(True)


def legend(drawing: Figure, height: float) -> None:
    place = LABELS / WIDTH
    words = [
        *((NAMES[name], colour) for name, colour in COLOURS.items()),
        ("| here", svg.INK),
        ("◆ the study", svg.MUTED),
    ]
    for text, colour in words:
        drawing.text(place, 1 - 14 / height, text, color=colour, size=9.5)
        place += (len(text) * 5.6 + 16) / WIDTH
