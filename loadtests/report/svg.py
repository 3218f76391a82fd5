"""A matplotlib figure as SVG that takes its colours and its type from the page it stands in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.figure import Figure

# What is drawn in the colour on the left is shown in one of the style sheet, which knows light from dark.
INK, MUTED, LINE, SURFACE = "#000001", "#000002", "#000003", "#000004"
FASTAPI, FLASK, DJANGO, PAPER = "#000011", "#000012", "#000013", "#000014"
VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    SURFACE: "var(--surface)",
    FASTAPI: "var(--fastapi)",
    FLASK: "var(--flask)",
    DJANGO: "var(--django)",
    PAPER: "var(--paper)",
}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched, and scaled
    "svg.hashsalt": "five-apis",  # the same figure is the same file
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.facecolor": "none",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "figure.facecolor": "none",
    "hatch.linewidth": 0.6,
}
NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "{http://www.w3.org/1999/xlink}href"


@contextmanager
def canvas(width: float, height: float) -> Iterator[Figure]:
    """A figure whose units are pixels."""
    with mpl.rc_context(STYLE):
        yield Figure(figsize=(width / 72, height / 72), dpi=72)


def inline(figure: Figure, name: str, title: str, description: str) -> str:
    """The figure as an element of a page: with a name and a description, and no id of another figure."""
    text = StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(
            text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    ElementTree.register_namespace("", NAMESPACE)
    ElementTree.register_namespace("xlink", XLINK[1:].partition("}")[0])
    root = ElementTree.fromstring(text.getvalue())  # noqa: S314 - matplotlib's own
    _strip(root)
    _rename_ids(root, name)
    _describe(root, name, title, description)
    del root.attrib["width"], root.attrib["height"]  # as wide as the page has room for
    root.set("style", f"max-width: {figure.bbox.width * 1.25:g}px; stroke-linejoin: round")
    return restyled(ElementTree.tostring(root, encoding="unicode"))


def _strip(root: ElementTree.Element) -> None:
    """Of what says nothing, and of a style that would reach the page around it."""
    for parent in root.iter():
        for child in list(parent):
            if child.tag in {f"{{{NAMESPACE}}}metadata", f"{{{NAMESPACE}}}style"}:
                parent.remove(child)
        if parent.get("transform", "").startswith("rotate(-0 "):
            del parent.attrib["transform"]


def _rename_ids(root: ElementTree.Element, name: str) -> None:
    """Keeps the ids that something refers to, each with the figure's name before it."""
    source = ElementTree.tostring(root, encoding="unicode")
    used = {*re.findall(r"url\(#([^)]+)\)", source), *re.findall(r'href="#([^"]+)"', source)}
    for element in root.iter():
        if (old := element.attrib.pop("id", None)) in used:
            element.set("id", f"{name}-{old}")
        for key, value in element.attrib.items():
            if key == XLINK:
                element.set(key, f"#{name}-{value[1:]}")
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{name}-"))


def _describe(root: ElementTree.Element, name: str, title: str, description: str) -> None:
    root.set("id", name)
    root.set("role", "img")
    root.set("aria-labelledby", f"{name}-title {name}-desc")
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{NAMESPACE}}}{tag}", {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(place, element)


def restyled(source: str) -> str:
    for colour, variable in VARIABLES.items():
        source = source.replace(colour, variable)
    return re.sub(r"font-family: [^;\"]+", "font-family: var(--type)", source)


def alone(source: str, width: int, colours: str) -> str:
    """A file of its own: the colours, which a page would have, inside."""
    sized = source.replace("<svg ", f'<svg width="{width}" ', 1)
    return sized.replace("<defs>", f"<style>{colours}</style><defs>", 1) + "\n"
