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
def test_a_drawing_is_xml_with_a_title_and_a_description(name: str) -> None:
    svg = DRAWINGS[name]().svg
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert len(root.get("aria-label") or "") > 15
    assert "nan" not in svg


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_colour_is_one_of_the_style_sheet(name: str) -> None:
    svg = DRAWINGS[name]().svg
    defined = set(re.findall(r"(--\w+):", STYLE.read_text()))
    assert set(re.findall(r"var\((--\w+)\)", svg)) <= defined
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


def test_a_bar_is_as_long_as_its_value() -> None:
    one, two = (float(each.get("width") or 0) for each in elements(charts.bars("x", "ms", BARS).svg, "rect"))
    assert two / one == pytest.approx(2, rel=0.01)


def test_each_side_has_a_scale_of_its_own() -> None:
    widths = [
        float(each.get("width") or 0) for each in elements(charts.bars("x", "ms", BARS, "y").svg, "rect")
    ]
    assert widths[0] / widths[2] == pytest.approx(1 / 2, rel=0.01)
    assert widths[1] / widths[3] == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [([1, 9], [1, 2, 5]), ([0.12, 0.6], [0.2, 0.5]), ([1, 2000], [1, 3, 10, 30, 100, 300, 1000])],
)
def test_ticks_are_round(values: list[float], ticks: list[float]) -> None:
    assert Log(values, 0, 100).ticks() == pytest.approx(ticks)


def test_a_level_line_looks_level() -> None:
    scale = Log([1.0, 1.1], 0, 100, decades=1)
    assert scale(1.1) - scale(1.0) < 5


def test_the_parts_of_a_bar_stand_side_by_side() -> None:
    *_, one, two = (
        (float(each.get("x") or 0), float(each.get("width") or 0))
        for each in elements(DRAWINGS["parts"]().svg, "rect")
    )
    assert two[0] == pytest.approx(one[0] + one[1], abs=0.2)
    assert two[1] / one[1] == pytest.approx(2, rel=0.01)


def test_a_sheet_stands_alone() -> None:
    sheet = charts.sheet([DRAWINGS["bars"](), DRAWINGS["lines"](), DRAWINGS["dots"]()])
    root = ElementTree.fromstring(sheet)  # noqa: S314 - our own
    assert root.get("width") == "816"
    assert len(elements(sheet, "svg")) == 3
    assert "prefers-color-scheme: dark" in sheet
    assert set(re.findall(r"var\((--\w+)\)", sheet)) <= set(re.findall(r"(--\w+):", sheet))
