"""A page as blocks, and its renderings: Markdown, HTML and the terminal.

The writer of a page says what a thing is: a ratio, a name, a verdict. How many digits that takes, how it is
aligned and what colour it has is decided here, once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite, isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # only the terminal needs it
    from rich.console import Console
    from rich.text import Text as Rich

STYLE = Path(__file__).with_name("document.css")

Style = Literal["", "strong", "code", "muted", "good", "bad", "unsure"]


@dataclass(frozen=True)
class Span:
    """Text of one kind: what every cell and every sentence is made of."""

    text: str
    style: Style = ""
    link: str = ""  # to what shows it
    hue: str = ""  # of the dot before the name of a variant: fastapi, flask or django
    pale: bool = False  # that dot


Content = str | Span | Sequence["Content"]


@dataclass(frozen=True)
class Interval:
    """A value and where it may lie; not a number where that is unknown."""

    value: float
    low: float = nan
    high: float = nan

    @property
    def known(self) -> bool:
        """Whether the bounds are; too few rounds have none."""
        return isfinite(self.low) and isfinite(self.high)

    def excludes(self, value: float) -> bool:
        return self.known and not self.low <= value <= self.high


# --- cells --------------------------------------------------------------------------------------------------


def digits(value: float) -> str:
    """Three significant digits, and no fraction of a hundred or more; nothing of what is not a number."""
    if isnan(value):
        return ""
    if abs(value) >= 99.95:
        return f"{value:z,.0f}"
    return f"{value:z.1f}" if abs(value) >= 9.995 else f"{value:z.2f}"


def estimate(interval: Interval, written: Callable[[float], str] = digits) -> list[Span]:
    """A measured quantity, in its own unit, and where it may lie."""
    if isnan(interval.value):
        return []
    bounds = f" ({written(interval.low)} to {written(interval.high)})"
    return [Span(written(interval.value)), *([Span(bounds, "muted")] if interval.known else [])]


def ratio(interval: Interval) -> list[Span]:
    """How many times as well: two digits after the point."""
    return estimate(interval, "{:.2f}".format)


def spans(content: Content) -> Iterator[Span]:
    """A text has `code` between backticks."""
    if isinstance(content, Span):
        yield content
    elif isinstance(content, str):
        for place, part in enumerate(content.split("`")):
            if part:
                yield Span(part, "code" if place % 2 else "")
    else:
        for inner in content:
            yield from spans(inner)


def plain(content: Content) -> str:
    return "".join(span.text for span in spans(content))


def listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)


def joined(contents: Sequence[Content], between: str = ", ", last: str = " and ") -> list[Content]:
    """As `listed`, of cells."""
    parts: list[Content] = []
    for place, content in enumerate(contents):
        parts += [last if place == len(contents) - 1 else between] if place else []
        parts.append(content)
    return parts


# --- blocks -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Heading:
    level: int
    text: str


@dataclass(frozen=True)
class Text:
    content: Content
    kind: Literal["", "lead", "small", "notice"] = ""  # lead: what a page concludes, which stands first


@dataclass(frozen=True)
class Bullets:
    points: Sequence[Content]


@dataclass(frozen=True)
class Code:
    """Lines that are to be copied as they are."""

    text: str


@dataclass(frozen=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[Content]]
    # Of each column: l(eft), r(ight), t(ext that is broken); else the first left, the rest right.
    align: str = ""
    fold: str = ""  # what to click on to see it; where nothing can be clicked on, it is left out

    @property
    def columns(self) -> str:
        return self.align or "l" + "r" * (len(self.head) - 1)


@dataclass(frozen=True)
class Drawing:
    svg: str  # in the colours of document.css
    height: float


@dataclass(frozen=True)
class Figure:
    """Drawings that belong together; where there is no room for them, the tables say the same."""

    drawings: Sequence[Drawing]
    caption: str
    file: str = ""  # where Markdown finds it


Block = Heading | Text | Bullets | Code | Table | Figure


def anchors(blocks: Iterable[Block]) -> dict[int, str]:
    """Of each heading, by its place: the anchors that GitHub makes."""
    names: dict[int, str] = {}
    for place, block in enumerate(blocks):
        if isinstance(block, Heading):
            name = anchor(block.text)
            again = sum(re.fullmatch(rf"{name}(-\d+)?", earlier) is not None for earlier in names.values())
            names[place] = f"{name}-{again}" if again else name
    return names


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


# --- Markdown -----------------------------------------------------------------------------------------------


def markdown(blocks: Iterable[Block]) -> str:
    parts = [text for block in blocks if (text := markdown_block(block))]
    return "\n\n".join(parts) + "\n"


def markdown_block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {text}"
        case Text(content):
            return markdown_spans(content)
        case Bullets(points):
            return "\n".join(f"- {markdown_spans(point)}" for point in points)
        case Code(text):
            return f"````\n{text}\n````"
        case Figure(_, caption, file):
            return f"![{caption}]({file})" if file else ""
        case Table() if block.fold or not block.rows:
            return ""
        case Table():
            rule = "|".join("--:" if column == "r" else "---" for column in block.columns)
            rows = [[*map(markdown_spans, row)] for row in [block.head, *block.rows]]
            lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
            return "\n".join([lines[0], f"|{rule}|", *lines[1:]])


def markdown_spans(content: Content) -> str:
    return "".join(map(markdown_span, spans(content)))


def markdown_span(span: Span) -> str:
    if span.style == "code":
        return f"`{span.text}`"
    text = span.text.replace("<", "&lt;")
    text = f"**{text}**" if span.style == "strong" else text
    return f"[{text}]({span.link})" if span.link else text


# --- HTML ---------------------------------------------------------------------------------------------------


def html(blocks: Sequence[Block], title: str) -> str:
    """One page that needs nothing but itself."""
    places = anchors(blocks)
    body = [html_block(block, places.get(place, "")) for place, block in enumerate(blocks)]
    links = [
        f'<a href="#{name}">{escape(block.text)}</a>'
        for place, name in places.items()
        if isinstance(block := blocks[place], Heading) and block.level == 2
    ]
    not_text = (place for place, block in enumerate(blocks) if place and not isinstance(block, Text))
    below = next(not_text, len(body))  # what the page concludes
    body.insert(below, f'<nav aria-label="Contents">{"".join(links)}</nav>')
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="icon" href="data:,">\n'
        f"<style>\n{STYLE.read_text()}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def html_block(block: Block, place: str) -> str:
    match block:
        case Heading(level, text):
            return f'<h{level} id="{place}">{escape(text)}</h{level}>'
        case Text(content, kind):
            return f"<p{f' class={kind!r}' if kind else ''}>{html_spans(content)}</p>"
        case Bullets(points):
            return "<ul>\n" + "\n".join(f"<li>{html_spans(point)}</li>" for point in points) + "\n</ul>"
        case Code(text):
            return f'<pre tabindex="0"><code>{escape(text)}</code></pre>'
        case Figure(drawings, caption, _):
            return (
                f'<figure><div class="drawings">\n{"".join(drawing.svg for drawing in drawings)}</div>\n'
                f"<figcaption>{escape(caption)}</figcaption></figure>"
            )
        case Table():
            return html_table(block) if block.rows else ""


def html_table(table: Table) -> str:
    def row(cells: Sequence[Content], tag: str) -> str:
        pairs = zip(table.columns, cells, strict=True)
        written = (f'<{tag} class="{column}">{html_spans(cell)}</{tag}>' for column, cell in pairs)
        return f"<tr>{''.join(written)}</tr>"

    rows = "\n".join(row(cells, "td") for cells in table.rows)
    text = f"<table>\n<thead>{row(table.head, 'th')}</thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
    text = f'<div class="scroll" tabindex="0">{text}</div>'  # it can be scrolled by the keyboard too
    return f"<details><summary>{escape(table.fold)}</summary>\n{text}\n</details>" if table.fold else text


def html_spans(content: Content) -> str:
    return "".join(map(html_span, spans(content)))


def html_span(span: Span) -> str:
    text = escape(span.text)
    if span.hue:
        colour = f'class="dot{" pale" if span.pale else ""}" style="background: var(--{span.hue})"'
        return f'<span class="name"><span {colour}></span>{text}</span>'
    if span.style in ("strong", "code"):
        text = f"<{span.style}>{text}</{span.style}>"
    elif span.style:
        text = f'<span class="{span.style}">{text}</span>'
    return f'<a href="{escape(span.link)}">{text}</a>' if span.link else text


# --- terminal -----------------------------------------------------------------------------------------------

COLOURS = {
    "strong": "bold",
    "code": "cyan",
    "muted": "dim",
    "good": "green",
    "bad": "red",
    "unsure": "yellow",
}


def terminal(blocks: Iterable[Block], console: "Console") -> None:
    for block in blocks:
        match block:
            case Heading(level, text):
                console.print(f"\n{text}", style="bold" if level > 1 else "bold underline", markup=False)
            case Text(content):
                console.print(rich(content), soft_wrap=True)
            case Bullets(points):
                for point in points:
                    console.print(rich(["- ", point]), soft_wrap=True)
            case Code(text):
                console.print(f"\n{text}", style="cyan", markup=False, soft_wrap=True)
            case Table() if not block.fold:
                for part in parts(block, console.width):
                    terminal_table(part, console)


def parts(table: Table, width: int) -> Iterator[Table]:
    """The columns that fit side by side, and below them the others: a figure that is cut off is wrong."""
    columns = list(zip(table.columns, table.head, *table.rows, strict=True))
    widths = [
        max(len(line) for cell in cells for line in plain(cell).split("\n")) + 2 for _, *cells in columns
    ]
    groups = [[0]]  # each with the first column
    for column in range(1, len(columns)):
        if len(groups[-1]) > 1 and sum(widths[place] for place in [*groups[-1], column]) > width + 2:
            groups.append([0])
        groups[-1].append(column)
    for chosen in groups:
        align, head, *rows = zip(*(columns[column] for column in chosen), strict=True)
        yield Table(head, rows, "".join(align))


def terminal_table(table: Table, console: "Console") -> None:
    from rich.table import Table as Grid

    grid = Grid(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column, head in zip(table.columns, table.head, strict=True):
        figure = column == "r"  # a name may be broken, a figure not
        grid.add_column(rich(head), justify="right" if figure else "left", no_wrap=figure, overflow="fold")
    for row in table.rows:
        grid.add_row(*map(rich, row))
    console.print(grid)


def rich(content: Content) -> "Rich":
    from rich.text import Text as Rich

    return Rich.assemble(*((span.text, COLOURS.get(span.style, "")) for span in spans(content)))
