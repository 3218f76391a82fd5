import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from harness import k6
from loadtests import __main__ as commands
from loadtests.analysis import merge
from loadtests.analysis.intervals import Interval
from loadtests.measure.quantiles import Array
from loadtests.tests.analysis import synthetic

# Latencies are drawn, and none is measured: what the merged percentiles are off by is then the merging's own.
SHARES = (np.arange(12_000) + 0.5) * 0.6180339887 % 1
KINDS = {
    "even": 2 + 18 * SHARES,
    "of two kinds": np.where(SHARES < 0.85, 1 + SHARES, 40 + 10 * SHARES),
    "with a long tail": 3 / np.sqrt(1 - SHARES),
}


def written(path: Path, **metrics: Mapping[str, float]) -> Path:
    path.write_text(json.dumps({"metrics": metrics}))
    return path


def summary(values: Array) -> dict[str, float]:
    """What k6 says of them, told as the harness tells it."""
    percents = {f"p({percent:g})": float(np.percentile(values, percent)) for percent in k6.PERCENTS}
    return {"avg": float(values.mean()), "max": float(values.max()), "count": len(values), **percents}


@pytest.mark.parametrize("kind", KINDS)
def test_two_generators_merged_are_as_the_latencies_of_both(kind: str, tmp_path: Path) -> None:
    """One has a quarter of the load, and is farther away."""
    parts = [KINDS[kind][::4] * 1.5, np.delete(KINDS[kind], np.s_[::4])]
    files = [written(tmp_path / f"{len(part)}.json", latency=summary(part)) for part in parts]
    trends = [merge.read(file)["latency"] for file in files]
    assert [trend.count for trend in trends] == [3000, 9000]
    for percent in (50, 95, 99):
        merged = merge.percentile(trends, percent)
        exact = float(np.percentile(np.concatenate(parts), percent))
        assert merged.value == pytest.approx(exact, rel=0.01)
        assert merged.low * 0.999 <= exact <= merged.high * 1.001


LATENCY = {"avg": 2.0, "min": 1.0, "med": 2.0, "max": 10.0, "p(90)": 4.0}


def test_a_summary_of_few_points_says_between_which_of_them_a_percentile_is(tmp_path: Path) -> None:
    """As k6 writes it where nobody asked for more: its requests are counted by another metric."""
    summary = written(tmp_path / "a.json", http_req_duration=LATENCY, http_reqs={"count": 100})
    trends = [merge.read(summary)["http_req_duration"]] * 2
    assert merge.percentile(trends, 90) == Interval(4, 4, 4)
    assert merge.percentile(trends, 95) == Interval(pytest.approx(4.94, abs=0.01), 4, 10)  # type: ignore[arg-type]
    handled = tmp_path / "b.json"  # what handleSummary() is given
    handled.write_text(json.dumps({"metrics": {"http_req_duration": {"values": {**LATENCY, "count": 100}}}}))
    assert merge.read(handled)["http_req_duration"].count == 100
    [[row]] = synthetic.tables(merge.blocks([merge.read(summary), merge.read(handled)]))
    assert row[:4] == ["http_req_duration", "200", "2.00", "2.00 (2.00 to 2.00)"]


def test_a_metric_that_is_not_counted_is_left_out_and_said(tmp_path: Path) -> None:
    latency = {**LATENCY, "count": 10.0}
    read = merge.read(written(tmp_path / "a.json", http_req_duration=latency, mine=LATENCY))
    table, text = merge.blocks([read, read])
    assert len(synthetic.tables([table])[0]) == 1
    assert "does not count it: mine." in synthetic.texts([text], "")[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no JSON", "is no summary of k6"),
        ("{}", "is no summary of k6: KeyError 'metrics'"),
        ('{"metrics": {"http_reqs": {"count": 1}}}', "has no metric of times"),
        ('{"metrics": {"http_req_duration": {"avg": "fast", "max": 1}}}', "is no summary of k6"),
    ],
)
def test_what_is_no_summary_is_a_line(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    result = CliRunner().invoke(commands.app, ["merge", str(path), str(path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
