import io
import re
from math import nan

import pytest
from rich.console import Console

from harness import document
from harness.document import Block, Heading, Interval, Span, Table, Text, estimate, ratio

TABLE = Table(
    ["variant", "ms", "times as well"],
    [
        [
            Span("flask_orm", hue="flask"),
            estimate(Interval(7798, 7102, 8592)),
            ratio(Interval(1.5, 1.25, 2)),
        ],
        [Span("a | b", hue="django", pale=True), estimate(Interval(nan)), ratio(Interval(0.333))],
    ],
)
PAGE: list[Block] = [
    Heading(1, "A page"),
    Text(
        ["It takes ", estimate(Interval(1.5)), " ms, says `k6` of ", Span("a run", link="run.md#hello"), "."],
        "lead",
    ),
    document.Figure([document.Drawing("<svg/>", 10)], "A picture", "picture.svg"),
    Heading(2, "The same"),
    document.Bullets([[Span("Bold.", "strong"), " text"], "<b>not</b>"]),
    TABLE,
    Heading(2, "The same"),
    document.Figure([document.Drawing("<svg/>", 10)], "Another"),
    Table(["x"], [["folded"]], fold="More"),
]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (document.digits(nan), ""),
        (document.digits(12345.6), "12,346"),
        (document.digits(99.95), "100"),
        (document.digits(99.94), "99.9"),
        (document.digits(9.995), "10.0"),
        (document.digits(9.994), "9.99"),
        (document.digits(0.004), "0.00"),
        (estimate(Interval(7798, 7102, 8592)), "7,798 (7,102 to 8,592)"),
        (estimate(Interval(12)), "12.0"),
        (ratio(Interval(12.345, 1, 2)), "12.35 (1.00 to 2.00)"),
        (ratio(Interval(nan)), ""),
        (["a", " ", Span("b", "good")], "a b"),
    ],
)
def test_cells_know_how_they_are_written(cell: document.Content, text: str) -> None:
    assert document.plain(cell) == text


def test_markdown_has_neither_html_nor_a_bar_in_a_cell_nor_what_is_folded() -> None:
    """All else of it is in the pages of loadtests/tests/analysis."""
    text = document.markdown(PAGE)
    assert "\n- **Bold.** text\n- &lt;b>not&lt;/b>\n" in text
    assert "\n| a \\| b |  | 0.33 |\n\n## The same\n" in text
    assert "folded" not in text


def test_ids_are_unique_and_the_contents_lead_to_them() -> None:
    html = document.html(PAGE, "A & B")
    assert "<title>A &amp; B</title>" in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert ids == ["a-page", "the-same", "the-same-1"]
    assert re.findall(r'href="#([^"]+)"', html) == ids[1:]
    empty: list[Block] = [Table(["a", "b"], [])]  # is no table
    assert document.markdown(empty) == "\n"
    assert "<table" not in document.html(empty, "x")


def rendered(width: int, page: list[Block] = PAGE) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    document.terminal(page, console)
    return console.export_text()


@pytest.mark.parametrize("width", [30, 40, 50, 60, 100])
def test_the_terminal_shows_the_same_and_cuts_nothing_off_however_narrow_it_is(width: int) -> None:
    text = rendered(width)
    for excerpt in ("A page", "It takes 1.50 ms", "- Bold. text", "<b>not</b>", "7,798 (7,102 to 8,592)"):
        assert excerpt in text
    assert "1.50 (1.25 to 2.00)" in text
    assert width < 40 or "flask_orm" in text  # nor is a name broken without need
    assert "…" not in text
    assert "folded" not in text
    assert "one" in rendered(width, [Table(["x"], [["one"]])])


def test_code_is_shown_as_it_is_everywhere() -> None:
    code = document.Code("curl '<a>' [bold]\n  ```")
    console = Console(file=io.StringIO(), width=20)
    document.terminal([code], console)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == f"\n{code.text}\n"
    assert document.markdown([code]) == f"````\n{code.text}\n````\n"
    assert "<code>curl &#x27;&lt;a&gt;&#x27; [bold]\n" in document.html([code], "x")
