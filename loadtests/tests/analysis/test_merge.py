import csv
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from harness import k6
from loadtests.analysis import merge
from loadtests.analysis.intervals import Interval
from loadtests.tests.analysis import synthetic

# Latencies are drawn, and none is measured: what the merged percentiles are off by is then the merging's own.
SCRIPT = """
import exec from 'k6/execution';
import { Trend } from 'k6/metrics';
const N = 12000, golden = 0.6180339887;
const kinds = {
  even: (share) => 2 + 18 * share,
  of_two_kinds: (share) => (share < 0.8 ? 1 + share : 40 + 10 * share),
  with_a_long_tail: (share) => 3 / Math.pow(1 - share, 0.5),
};
const trends = Object.fromEntries(Object.keys(kinds).map((name) => [name, new Trend(name, true)]));
export const options = { scenarios: { all: { executor: 'shared-iterations', vus: 4, iterations: N } } };
export default () => {
  const share = ((exec.scenario.iterationInTest + 0.5) * golden) % 1;
  for (const name of Object.keys(kinds)) trends[name].add(kinds[name](share) * Number(__ENV.TIMES));
};
"""
KINDS = ("even", "of_two_kinds", "with_a_long_tail")
STATS = f"avg,min,max,count,{','.join(f'p({percent:g})' for percent in k6.PERCENTS)}"
GENERATORS = (("0:1/4", "1.5"), ("1/4:1", "1"))  # one has a quarter of the load, and is farther away
Points = dict[str, list[float]]


def generated(segment: str, times: str, folder: Path) -> tuple[Path, Points]:
    """The summary of one k6, and the raw points that it is of."""
    folder.mkdir()
    script, summary, points = (folder / name for name in ("script.js", "summary.json", "points.csv"))
    script.write_text(SCRIPT)
    command = [k6.binary(), "run", "--quiet", "--address", "", "--summary-trend-stats", STATS]
    command += [
        "--execution-segment",
        segment,
        "--execution-segment-sequence",
        "0,1/4,1",
        "-e",
        f"TIMES={times}",
    ]
    command += ["--summary-export", str(summary), "--out", f"csv={points}", str(script)]
    subprocess.run(command, check=True, capture_output=True)
    raw: Points = {kind: [] for kind in KINDS}
    with points.open() as file:
        for row in csv.DictReader(file):
            if row["metric_name"] in raw:
                raw[row["metric_name"]].append(float(row["metric_value"]))
    return summary, raw


@pytest.fixture(scope="module")
def generators(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Points]]:
    folder = tmp_path_factory.mktemp("generators")
    with ThreadPoolExecutor() as pool:
        tasks = [pool.submit(generated, *one, folder / str(number)) for number, one in enumerate(GENERATORS)]
        return [task.result() for task in tasks]


@pytest.mark.parametrize("kind", KINDS)
def test_two_generators_merged_are_as_the_raw_points_of_both(
    generators: list[tuple[Path, Points]], kind: str
) -> None:
    trends = [merge.read(summary)[kind] for summary, _ in generators]
    raw = np.concatenate([points[kind] for _, points in generators])
    assert [trend.count for trend in trends] == [3000, 9000]
    assert len(raw) == 12000
    for percent in (50, 95, 99):
        merged, exact = merge.percentile(trends, percent), float(np.percentile(raw, percent))
        assert merged.value == pytest.approx(exact, rel=0.01)
        assert merged.low * 0.999 <= exact <= merged.high * 1.001


def written(path: Path, **metrics: dict[str, float]) -> Path:
    path.write_text(json.dumps({"metrics": metrics}))
    return path


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
    result = subprocess.run(
        [sys.executable, "-m", "loadtests", "merge", str(path), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert message in result.stderr
