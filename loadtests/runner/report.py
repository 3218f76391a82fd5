"""Rows as a person reads them in the terminal."""

from collections.abc import Callable, Iterable
from itertools import groupby

from rich import box
from rich.markup import escape
from rich.table import Table

from loadtests.runner.stats import Row

Shown = Callable[[Row], float | None]


def digits(value: float | None) -> str:
    """Three significant digits, and no fraction of a hundred or more."""
    if value is None:
        return "-"
    if abs(value) >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 9.995 else f"{value:.2f}"


def whole(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


# heading, unit, figure, how it is written
COLUMNS: tuple[tuple[str, str, Shown, Callable[[float | None], str]], ...] = (
    ("req", "", lambda row: row.requests, whole),
    ("req/s", "", lambda row: row.requests_per_second, whole),
    ("mean", "ms", lambda row: row.mean_ms, digits),
    ("p50", "ms", lambda row: row.p50_ms, digits),
    ("p95", "ms", lambda row: row.p95_ms, digits),
    ("p99", "ms", lambda row: row.p99_ms, digits),
    ("max", "ms", lambda row: row.max_ms, digits),
    ("fail", "", lambda row: row.failed_checks, whole),
    ("cpu", "ms/req", lambda row: row.cpu_ms_per_request, digits),
    ("mem", "MiB", lambda row: row.memory_mib, whole),
    ("k6", "cpu", lambda row: row.k6_cpu_share, percent),
)


def figures(row: Row) -> list[str]:
    return [written(figure(row)) for _, _, figure, written in COLUMNS]


def table(variant: str, rows: Iterable[Row]) -> Table:
    shown = Table(title=variant, title_style="bold", title_justify="left", box=box.SIMPLE_HEAD)
    shown.padding, shown.pad_edge = (0, 0, 0, 0), False  # 80 columns are enough
    shown.add_column("\nscenario", no_wrap=True)
    for heading, unit, _, _ in COLUMNS:
        shown.add_column(f"{heading}\n{unit}", justify="right", no_wrap=True)
    for row in rows:
        shown.add_row(row.scenario, *figures(row), style=None if row.rounds else "red")
    return shown


def tables(rows: Iterable[Row]) -> list[Table]:
    return [table(escape(variant), group) for variant, group in groupby(rows, key=lambda row: row.variant)]


def notes(rows: Iterable[Row]) -> list[str]:
    return [f"{row.variant}, {row.scenario}, {reason}" for row in rows for reason in row.invalid]


def legend(rows: Iterable[Row]) -> str:
    kinds = {row.memory_kind for row in rows} - {""}
    memory = " and ".join(MEMORY[kind] for kind in sorted(kinds))
    return (
        "fail: failed checks. cpu: processor time of the service per request, all its processes. "
        f"mem: their highest memory{memory and f', {memory}'}. "
        "k6: what the load generator used of all cores; where that is high, it may have set the pace."
    )


MEMORY = {"pss": "PSS (a shared page counts once)", "rss": "RSS (a shared page counts in every process)"}
