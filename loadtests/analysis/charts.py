"""Bars, dots and lines as SVG, in the colours of harness/document.css, which knows light from dark."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, pairwise
from math import ceil, floor, isnan, log10

from harness.document import STYLE, Drawing, digits
from loadtests.analysis.intervals import Interval

LETTER, SMALL = 6.4, 11  # pixels: the width of a letter, and the size of most of the text
ROW, GAP = 18, 8
WIDTH = 400
SHADES = (1.0, 0.55, 0.25)  # of the parts of a bar
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'


@dataclass(frozen=True)
class Bar:
    label: str
    value: Interval
    hue: str
    group: str = ""  # bars of one group stand together
    pale: bool = False  # a twin, or an earlier version
    hollow: bool = False  # it does not rank
    square: bool = False  # an ORM, where it is a dot
    beside: float | None = None  # on the right, on a scale of its own
    parts: Sequence[float] = ()  # that add up to the value


@dataclass(frozen=True)
class Line:
    label: str
    points: Sequence[tuple[float, float]]
    hue: str
    dashed: bool = False  # an ORM
    pale: bool = False  # an earlier version


# --- marks --------------------------------------------------------------------------------------------------


def text(
    x: float, y: float, label: str, colour: str = "ink", anchor: str = "start", weight: int = 400
) -> str:
    style = f"fill:var(--{colour});font:{weight} {SMALL}px var(--type)"
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" style="{style}">{escape(label)}</text>\n'


def box(x: float, y: float, width: float, height: float, colour: str, opacity: float = 1) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}"'
    return f'<rect {place} style="fill:var(--{colour});fill-opacity:{opacity:g}"/>\n'


def stroke(
    points: Iterable[tuple[float, float]], colour: str, width: float = 1, dash: str = "", opacity: float = 1
) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    style = f"fill:none;stroke:var(--{colour});stroke-width:{width:g};stroke-opacity:{opacity:g}"
    return f'<polyline points="{path}" style="{style}{f";stroke-dasharray:{dash}" if dash else ""}"/>\n'


def dot(
    x: float, y: float, colour: str, *, square: bool = False, ring: bool = False, opacity: float = 1
) -> str:
    inside = "surface" if ring else colour
    style = f"fill:var(--{inside});stroke:var(--{colour});stroke-width:1.5;opacity:{opacity:g}"
    if square:
        return f'<path d="M{x:.1f},{y - 4.5:.1f}l4.5,4.5l-4.5,4.5l-4.5,-4.5z" style="{style}"/>\n'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4" style="{style}"/>\n'


def drawing(height: float, marks: Sequence[str], title: str, description: str) -> Drawing:
    """`description` is what a screen reader reads."""
    label = escape(f"{title}: {description}", quote=True)
    head = f'<svg {NAMESPACE} viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{label}"'
    style = f'style="max-width:{WIDTH * 1.25:g}px"'
    return Drawing(f"{head} {style}>\n<title>{escape(title)}</title>\n{''.join(marks)}</svg>\n", height)


def sheet(drawings: Sequence[Drawing]) -> str:
    """Several drawings as one file, two side by side, with the colours that a page would have."""
    rows = [drawings[begin : begin + 2] for begin in range(0, len(drawings), 2)]
    y, inner = 0.0, []
    for row in rows:
        for drawing, x in zip(row, (0, WIDTH + GAP), strict=False):
            size = f'x="{x}" y="{y:g}" width="{WIDTH}" height="{drawing.height:g}" '
            inner.append(drawing.svg.replace("<svg ", f"<svg {size}", 1))
        y += max(drawing.height for drawing in row) + GAP
    width = len(rows[0]) * (WIDTH + GAP)
    colours = STYLE.read_text().partition("/*")[0]
    head = f'<svg {NAMESPACE} width="{width}" height="{y:g}" viewBox="0 0 {width} {y:g}">'
    return f"{head}\n<style>\n{colours}</style>\n{''.join(inner)}</svg>\n"


# --- bars ---------------------------------------------------------------------------------------------------


def bars(title: str, unit: str, bars: Sequence[Bar], beside: str = "", parts: Sequence[str] = ()) -> Drawing:
    """From zero: a bar is as long as its value. What stands beside has a scale of its own."""
    labels = max(len(bar.label) for bar in bars) * LETTER + 8
    split = labels + (WIDTH - labels) * (0.6 if beside else 1)
    key = [(name, box(2, -9, 14, 10, "ink", shade)) for name, shade in zip(parts, SHADES, strict=False)]
    marks, top = legend(title, key)
    marks += [text(labels, top - 10, unit, "muted")]
    marks += [text(split + 8, top - 10, beside, "muted")] if beside else []
    scale = scaled((end(bar.value) for bar in bars), split - labels - 46)
    scale_beside = scaled((bar.beside or 0 for bar in bars), WIDTH - split - 54)
    apart = (ROW + GAP * (above.group != below.group) for above, below in pairwise(bars))
    places = list(accumulate(apart, initial=top + ROW / 2))
    for bar, y in zip(bars, places, strict=True):
        marks.append(text(labels - 6, y + 4, bar.label, "muted" if bar.pale else "ink", "end"))
        if not isnan(bar.value.value):
            opacity, x = 0.22 if bar.hollow else 0.5 if bar.pale else 1, labels
            for part, shade in zip(bar.parts or [bar.value.value], SHADES, strict=False):
                marks.append(box(x, y - 7, part * scale, 13, bar.hue, opacity * shade))
                x += max(part, 0) * scale
            if bar.value.known:
                marks.append(whisker(labels + bar.value.low * scale, labels + bar.value.high * scale, y))
            marks.append(text(labels + end(bar.value) * scale + 5, y + 4, digits(bar.value.value)))
        if beside and bar.beside is not None:
            marks.append(box(split + 8, y - 7, bar.beside * scale_beside, 13, "paper"))
            marks.append(text(split + 13 + bar.beside * scale_beside, y + 4, f"{bar.beside:,.4g}", "muted"))
    description = described(bars, parts)
    return drawing(places[-1] + ROW, marks, f"{title}, {unit}", description)


def end(value: Interval) -> float:
    return value.high if value.known else 0 if isnan(value.value) else value.value


def scaled(values: Iterable[float], room: float) -> float:
    return room / (max(values, default=0) or 1)


def whisker(low: float, high: float, y: float, colour: str = "ink") -> str:
    return stroke([(low, y), (high, y)], colour, 1.4)


def described(bars: Sequence[Bar], parts: Sequence[str] = ()) -> str:
    return "; ".join(
        f"{bar.label} {digits(bar.value.value)}"
        + "".join(f", {name} {digits(part)}" for name, part in zip(parts, bar.parts, strict=False))
        + (f", beside it {bar.beside:g}" if bar.beside is not None else "")
        for bar in bars
        if not isnan(bar.value.value)
    )


# --- dots ---------------------------------------------------------------------------------------------------


def dots(title: str, unit: str, bands: Mapping[str, Sequence[Bar]]) -> Drawing:
    """In each band a lane for each group, on a logarithmic scale; what is pale is a ring in that lane."""
    groups = {bar.group: bar for bars in bands.values() for bar in bars if not bar.pale}
    groups |= {bar.group: bar for bars in bands.values() for bar in bars if bar.group not in groups}
    lanes = list(groups)
    lane, left = 12, max(map(len, bands)) * LETTER + 10
    key = [(group, dot(5, -4, bar.hue, square=bar.square)) for group, bar in groups.items() if group]
    marks, top = legend(title, key)
    band = len(lanes) * lane + 10
    bottom = top + band * len(bands)
    values = [bar.value for bars in bands.values() for bar in bars]
    places = [place for value in values for place in (value.low, value.high, value.value) if place > 0]
    scale = Log(places, left, WIDTH - 14)
    for tick in scale.ticks():
        marks.append(stroke([(scale(tick), top), (scale(tick), bottom)], "line"))
        marks.append(text(scale(tick), bottom + 15, f"{tick:,g}", "muted", "middle"))
    marks.append(text(WIDTH - 14, bottom + 31, unit, "muted", "end"))
    for index, (name, bars) in enumerate(bands.items()):
        begin = top + index * band
        marks.append(stroke([(0, begin), (WIDTH, begin)], "line"))
        marks.append(text(0, begin + band / 2 + 4, name))
        for bar in bars:
            if bar.value.value > 0:
                y = begin + 5 + (lanes.index(bar.group) + 0.5) * lane
                if bar.value.known:
                    marks.append(whisker(scale(bar.value.low), scale(bar.value.high), y, bar.hue))
                x, opacity = scale(bar.value.value), 0.5 if bar.hollow else 1
                marks.append(dot(x, y, bar.hue, square=bar.square, ring=bar.pale, opacity=opacity))
    description = ". ".join(f"{name}: {described(bars)}" for name, bars in bands.items())
    return drawing(bottom + 38, marks, title, description)


class Log:
    """A logarithmic scale from one place to another."""

    def __init__(self, values: Sequence[float], begin: float, end: float, decades: float = 0) -> None:
        low, high = (min(values), max(values)) if values else (1, 10)
        room = max(log10(high / low) * 0.04, (decades - log10(high / low)) / 2, 0.02)
        self.low, self.high = log10(low) - room, log10(high) + room
        self.begin, self.end = begin, end

    def __call__(self, value: float) -> float:
        return self.begin + (log10(value) - self.low) / (self.high - self.low) * (self.end - self.begin)

    def ticks(self) -> list[float]:
        powers = range(floor(self.low), ceil(self.high) + 1)
        for steps in ((1, 2, 5), (1, 3), (1,)):
            ticks = [step * 10.0**power for power in powers for step in steps]
            ticks = [tick for tick in ticks if self.low <= log10(tick) <= self.high]
            if len(ticks) <= 8:
                break
        return ticks if len(ticks) > 2 else self.narrow()

    def narrow(self) -> list[float]:
        """Even steps, for a scale on which the powers of ten are too far apart."""
        low, high = 10**self.low, 10**self.high
        power = 10.0 ** floor(log10((high - low) / 2))
        step = next(step * power for step in (1, 2, 5, 10) if (high - low) / (step * power) <= 8)
        return [step * number for number in range(ceil(low / step), floor(high / step) + 1)]


def legend(title: str, key: Sequence[tuple[str, str]]) -> tuple[list[str], float]:
    """The marks of the title and the key, and where the drawing may begin."""
    marks = [text(0, 13, title, weight=600)]
    columns = max(1, int(WIDTH // (max((len(name) for name, _ in key), default=0) * LETTER + 34)))
    for index, (name, mark) in enumerate(key):
        x, y = (index % columns) * (WIDTH / columns), 32 + index // columns * 16
        marks.append(f'<g transform="translate({x:.1f},{y})">{mark}{text(24, 0, name)}</g>')
    return marks, 40 + ceil(len(key) / columns) * 16


# --- lines --------------------------------------------------------------------------------------------------


def lines(
    title: str,
    lines: Sequence[Line],
    ticks: Mapping[float, str],
    x_label: str,
    limit: float | None = None,
    *,
    points: bool = True,
    decades: float = 1,
) -> Drawing:
    """`ticks` names places on the horizontal axis; the vertical one is logarithmic, of so many decades."""

    def drawn(line: Line, places: Sequence[tuple[float, float]]) -> str:
        return stroke(places, line.hue, 1.8, "4 2" if line.dashed else "", 0.5 if line.pale else 1)

    marks, top = legend(title, [(line.label, drawn(line, [(0, -4), (20, -4)])) for line in lines])
    left, right, bottom = 38.0, WIDTH - 24.0, top + 190.0
    heights = [y for line in lines for _, y in line.points if y > 0] + ([limit] if limit else [])
    y_scale = Log(heights, bottom, top, decades=decades)
    low, high = min(ticks), max([*ticks, *(x for line in lines for x, _ in line.points)])

    def x_scale(x: float) -> float:
        return left + (x - low) / ((high - low) or 1) * (right - left)

    for tick in y_scale.ticks():
        marks.append(stroke([(left, y_scale(tick)), (right, y_scale(tick))], "line"))
        marks.append(text(left - 5, y_scale(tick) + 4, f"{tick:,g}", "muted", "end"))
    for x, name in ticks.items():
        place = min(x_scale(x), WIDTH - len(name) * LETTER / 2)
        marks.append(text(place, bottom + 16, name, "muted", "middle"))
    marks.append(text(right, bottom + 32, x_label, "muted", "end"))
    if limit:
        marks.append(stroke([(left, y_scale(limit)), (right, y_scale(limit))], "muted", 1, "2 2"))
    for line in lines:
        places = [(x_scale(x), y_scale(y)) for x, y in line.points if y > 0]
        marks.append(drawn(line, places))
        marks += [dot(x, y, line.hue, opacity=0.5 if line.pale else 1) for x, y in places if points]
    highest = {line.label: max((y for _, y in line.points if y > 0), default=0) for line in lines}
    description = "; ".join(f"{label} up to {digits(y)}" for label, y in highest.items() if y)
    return drawing(bottom + 38, marks, title, description)
