from io import StringIO

import pytest
from rich.console import Console

from loadtests.runner import report
from loadtests.runner.stats import Row

GOOD = Row(
    "alpha",
    "replace_item",
    rounds=1,
    invalid=(),
    requests=119_990,
    failed_checks=0,
    requests_per_second=12_345.6,
    mean_ms=0.1234,
    p50_ms=9.994,
    p95_ms=99.94,
    p99_ms=1234.5,
    max_ms=99.96,
    cpu_ms_per_request=0.456,
    memory_mib=123.4,
    memory_kind="pss",
    k6_cpu_share=0.256,
)
BAD = Row("beta", "hello", rounds=0, invalid=("round 1: 2 failed checks [all]",))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "-"),
        (0.0, "0.00"),
        (0.1234, "0.12"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (99.96, "100"),
        (1234.5, "1,234"),
    ],
)
def test_a_figure_has_three_digits(value: float | None, written: str) -> None:
    assert report.digits(value) == written


def test_the_terminals_table_fits_eighty_columns_with_every_figure() -> None:
    screen = Console(file=StringIO(), width=80)
    screen.print(*report.tables([GOOD, BAD]))
    assert isinstance(screen.file, StringIO)
    shown = screen.file.getvalue()
    assert "…" not in shown
    for figure in report.figures(GOOD):
        assert f" {figure} " in shown
