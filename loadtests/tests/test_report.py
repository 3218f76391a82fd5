from io import StringIO

import pytest
from rich.console import Console

from loadtests.runner import plan, report
from loadtests.runner.stats import Row
from loadtests.tests.conftest import PLAN

MACHINE = {
    "cpu": "Abacus",
    "cores": 2,
    "memory_gib": 4.0,
    "system": "Linux",
    "kernel": "6.1",
    "python": "3.11.7",
    "k6": "v1.1.0",
    "load_before": [0.5, 0.4, 0.3],
}

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


def test_the_table_in_markdown() -> None:
    text = report.markdown("a-run", plan.parsed(PLAN, "tiny"), MACHINE, [GOOD, BAD])
    assert "## alpha" in text
    assert (
        "| replace_item | 119,990 | 12,346 | 0.12 | 9.99 | 99.9 | 1,234 | 100 | 0 | 0.46 | 123 | 26% |"
        in text
    )
    assert "| hello | - | - | - | - | - | - | - | - | - | - | - |" in text
    assert "- beta, hello, round 1: 2 failed checks [all]" in text
    assert "Abacus, 2 cores, 4.0 GiB, Linux 6.1, Python 3.11.7, k6 v1.1.0, load before the start 0.5." in text
    assert "PSS (a shared page counts once)" in text


def test_the_terminals_table_fits_eighty_columns_with_every_figure() -> None:
    screen = Console(file=StringIO(), width=80)
    screen.print(*report.tables([GOOD, BAD]))
    assert isinstance(screen.file, StringIO)
    shown = screen.file.getvalue()
    assert "…" not in shown
    for figure in report.figures(GOOD):
        assert f" {figure} " in shown
