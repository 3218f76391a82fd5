import re
from collections.abc import Callable
from math import nan
from xml.etree import ElementTree

import pytest

from harness.document import STYLE, Drawing
from loadtests.analysis import charts
from loadtests.analysis.charts import Bar, Line, Log
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


def elements(svg: str, tag: str, inside: str = "./") -> list[ElementTree.Element]:
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    return root.findall(f"{inside}/{{http://www.w3.org/2000/svg}}{tag}")


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_says_what_it_shows_in_the_colours_of_the_style_sheet(name: str) -> None:
    svg = DRAWINGS[name]().svg
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert len(root.get("aria-label") or "") > 15
    assert "nan" not in svg
    assert set(re.findall(r"var\((--\w+)\)", svg)) <= set(re.findall(r"(--\w+):", STYLE.read_text()))
    assert not re.search(r"#[0-9a-f]{3,}|rgb\(", svg)
    assert all("fill:var(" in (each.get("style") or "") for each in elements(svg, "text"))


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_lies_outside(name: str) -> None:
    drawing = DRAWINGS[name]()
    for tag in ("rect", "text", "circle"):
        for each in elements(drawing.svg, tag, inside="."):
            x = float(each.get("x") or each.get("cx") or 0)
            assert 0 <= x + float(each.get("width") or 0) <= drawing.width
            assert 0 <= float(each.get("y") or each.get("cy") or 0) <= drawing.height


def widths(drawing: Drawing) -> list[float]:
    return [float(each.get("width") or 0) for each in elements(drawing.svg, "rect")]


def test_a_bar_is_as_long_as_its_value_and_each_side_has_a_scale_of_its_own() -> None:
    one, hundred, two, fifty = widths(DRAWINGS["bars"]())
    assert (two / one, hundred / fifty) == pytest.approx((2, 2), rel=0.01)
    *_, first, second = widths(DRAWINGS["parts"]())
    assert second / first == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [([1, 9], [1, 2, 5]), ([0.12, 0.6], [0.2, 0.5]), ([1, 2000], [1, 3, 10, 30, 100, 300, 1000])],
)
def test_ticks_are_round(values: list[float], ticks: list[float]) -> None:
    assert Log(values, 0, 100).ticks() == pytest.approx(ticks)


def test_a_level_line_looks_level() -> None:
    scale = Log([1.0, 1.1], 0, 100, decades=1)
    assert scale(1.1) - scale(1.0) < 5


def test_a_sheet_stands_alone() -> None:
    sheet = charts.sheet([DRAWINGS["bars"](), DRAWINGS["lines"](), DRAWINGS["dots"]()])
    root = ElementTree.fromstring(sheet)  # noqa: S314 - our own
    assert root.get("width") == "816"
    assert len(elements(sheet, "svg")) == 3
    assert "prefers-color-scheme: dark" in sheet
    assert set(re.findall(r"var\((--\w+)\)", sheet)) <= set(re.findall(r"(--\w+):", sheet))
