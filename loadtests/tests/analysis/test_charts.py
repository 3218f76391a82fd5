import re
from collections.abc import Callable
from math import nan
from xml.etree import ElementTree

import pytest

from harness.document import STYLE, Drawing
from loadtests.analysis import charts
from loadtests.analysis.charts import Bar, Line
from loadtests.analysis.intervals import UNKNOWN, Interval

BARS = [
    Bar("one", Interval(10, 9, 12), "fastapi", "a", beside=100.0),
    Bar("two & three", Interval(20), "flask", "a", pale=True, square=True, beside=50.0),
    Bar("none", UNKNOWN, "django", "b", hollow=True),
]
LINES = [Line("one", [(0, 1.0), (1, 2.0)], "flask"), Line("two", [(0, 0.0), (1, nan)], "flask", dashed=True)]
PARTS = [Bar("one", Interval(3), "flask", parts=[1, 2])]
DRAWINGS: dict[str, Callable[[], Drawing]] = {
    "bars": lambda: charts.bars("bars", "ms", BARS, "the study"),
    "bars alone": lambda: charts.bars("bars", "ms", BARS),
    "dots": lambda: charts.dots("dots", "ms", {"hello": BARS, "echo": BARS[:1]}),
    "lines": lambda: charts.lines("lines", LINES, {0: "1", 1: "10"}, "rows", 50.0),
    "parts": lambda: charts.bars("parts", "ms", PARTS, parts=("first", "second")),
}


SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_says_what_it_shows_in_its_frame_in_the_colours_of_the_style_sheet(name: str) -> None:
    drawing = DRAWINGS[name]()
    root = ElementTree.fromstring(drawing.svg)  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert len(root.get("aria-label") or "") > 15
    assert "nan" not in drawing.svg
    assert set(re.findall(r"var\((--\w+)\)", drawing.svg)) <= set(re.findall(r"(--\w+):", STYLE.read_text()))
    assert not re.search(r"#[0-9a-f]{3,}|rgb\(", drawing.svg)
    assert all("fill:var(" in (text.get("style") or "") for text in root.iter(f"{SVG}text"))
    for element in (element for tag in ("rect", "text", "circle") for element in root.findall(f"{SVG}{tag}")):
        x = float(element.get("x") or element.get("cx") or 0)
        assert 0 <= x + float(element.get("width") or 0) <= charts.WIDTH
        assert 0 <= float(element.get("y") or element.get("cy") or 0) <= drawing.height
