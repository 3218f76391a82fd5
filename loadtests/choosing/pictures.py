"""The pictures of the page: each a file of its own, no wider than a telephone has room for."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from loadtests.choosing import best
from loadtests.choosing.expected import services
from loadtests.choosing.runs import Runs, Source
from loadtests.choosing.said import COLUMNS, only, suffixed
from loadtests.report import bars, figures, loads, page, svg
from loadtests.report.bars import GAP, HEAD, LABELS, ROW, WIDTH, Bar
from loadtests.report.results import CPU
from loadtests.report.stacks import plain
from loadtests.report.targets import floors
from loadtests.runner.floor import interface
from loadtests.runner.report import digits

FOOT = 8
FAINT = 0.55


def drawn(runs: Runs) -> dict[str, str]:
    """By its name each file."""
    found = {"cost": cost(runs.efficiency)}
    if parts := of_a_read(runs.efficiency):
        found["read"] = read(parts)
    if runs.peak and best.sustained(runs.peak):
        found["sustained"] = sustained(runs.peak)
    return {name: svg.alone(source, WIDTH, page.colours()) for name, source in found.items()}


def cost(source: Source) -> str:
    """The services, and their twins as rings."""
    twins = plain(source.results, twin=True)
    return figures.cost(only(source.results, [*services(source), *twins.values()]))


Parts = Mapping[str, tuple[float, float, float]]  # of a service: server, framework, the item


def of_a_read(source: Source) -> Parts:
    """Where there are floors: what nothing costs, what hello costs beyond it, and the item beyond that."""
    results, under = source.results, floors(source.results)
    found = {}
    for variant in services(source):
        server = under.get(interface(results.plan.variants[variant].service), "")
        nothing = results.mean(server, "hello", CPU).value
        hello, item = (results.mean(variant, name, CPU).value for name in ("hello", "get_item"))
        if 0 < nothing < hello < item:  # nan is not
            found[variant] = (nothing, hello - nothing, item - hello)
    return found


def rates(source: Source) -> str:
    """At which hello and the read were measured, where it was at one."""
    of = {name: one.rates for name, one in source.results.plan.scenarios.items()}
    hello, item = (of.get(name, ()) for name in ("hello", "get_item"))
    return source.link(f"{hello[0]:g} and {item[0]:g} requests per second", "hello") if hello and item else ""


def read(parts: Parts) -> str:
    height = HEAD + ROW * 1.4 * len(parts) + FOOT
    with svg.canvas(WIDTH, height) as figure:
        axes = figure.add_axes(
            (LABELS / WIDTH, FOOT / height, 1 - (LABELS + 4) / WIDTH, 1 - (HEAD + FOOT) / height)
        )
        for place, (service, some) in enumerate(parts.items()):
            stacked(axes, place, service, some)
        axes.set_ylim(len(parts) - 0.5, -0.5)
        axes.set_xlim(0, max(map(sum, parts.values())) * 1.2)
        axes.set_yticks(range(len(parts)), list(parts))
        axes.set_xticks([])
        axes.tick_params(axis="y", length=0, pad=4, labelcolor=svg.INK)
        axes.spines[["bottom"]].set_visible(False)
        words = "ms of processor time: the server (grey), the framework (faint), the item"
        figure.text(4 / WIDTH, 1 - 14 / height, words, color=svg.MUTED, size=9.5)
    told = "; ".join(f"{name} {', '.join(map(digits, some))}" for name, some in parts.items())
    return svg.inline(figure, "read", "What reading one item costs: server, framework, the item, ms", told)


def stacked(axes: Axes, place: int, service: str, parts: Sequence[float]) -> None:
    own, left = bars.colour(service), 0.0
    for width, (colour, alpha) in zip(parts, ((svg.PAPER, 1), (own, FAINT), (own, 1)), strict=True):
        axes.barh(place, width, 0.7, left, color=colour, alpha=alpha, edgecolor="none")
        left += width
    bars.write(axes, place, left, digits(left))


def sustained(source: Source) -> str:
    found = best.sustained(source)
    named = suffixed(source.results, best.BEST)
    columns = {
        name: [
            Bar(service, service, loads.sustained(source.results, variant, name))
            for service, variant in named.items()
        ]
        for name in found
    }
    places = [ROW * index for index in range(len(named))]
    height = HEAD + ROW * len(named) + GAP
    with svg.canvas(WIDTH, height) as figure:
        step = (WIDTH - LABELS) / len(columns)
        for index, (name, shown) in enumerate(columns.items()):
            left = LABELS + 4 + index * step
            axes = bars.panel(figure, left, left + step - 10, height, f"{COLUMNS[name]}, req/s")
            axes.set_yticks(places if not index else [], list(named) if not index else [])
            axes.tick_params(axis="y", labelcolor=svg.INK)
            bars.draw_ours(axes, places, shown)
    told = ". ".join(f"{COLUMNS[name]}: {figures.told(shown)}" for name, shown in columns.items())
    return svg.inline(figure, "sustained", "The highest sustained rate, requests per second", told)
