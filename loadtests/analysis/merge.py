"""Summaries of several k6 as one: what N generators measured together, and how sure its percentiles are.

Percentiles cannot be averaged. Each summary gives a few points of the distribution of its requests; weighted
by their numbers these add up to the distribution of all. Between two points nothing is known, so each
percentile comes with the bounds within which it must lie, wherever the requests between the points were.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from harness.document import Block, Content, Table, Text, digits, estimate
from loadtests.analysis.intervals import Interval
from loadtests.measure import quantiles
from loadtests.measure.quantiles import Array

PERCENTS = (50.0, 90.0, 95.0, 99.0)
EXTREMES = {"min": 0.0, "med": 50.0, "max": 100.0}
PERCENTILE = re.compile(r"p\((\d+(?:\.\d+)?)\)")
ROUNDING = 1e-9
TINY = 1e-6  # ms: what has no logarithm is drawn as if it took so long
GRID = np.concatenate([np.arange(0, 90), np.arange(90, 99, 0.1), np.arange(99, 100, 0.01), [100]])
REQUESTS, ITERATIONS = "http_reqs", "iterations"  # the counters that tell of how many a trend is


class MergeError(Exception):
    """A summary cannot be read or merged: its text says which, and why."""


@dataclass(frozen=True)
class Trend:
    """What one generator says of one metric."""

    count: int
    mean: float
    percents: Array
    values: Array  # at each of the percents


def read(path: Path) -> Mapping[str, Trend]:
    """By metric; of k6's `--summary-export`, or of what `handleSummary()` is given. Raises MergeError."""
    try:
        metrics = json.loads(path.read_text())["metrics"]
        values: dict[str, Mapping[str, Any]] = {
            name: metric.get("values", metric) for name, metric in metrics.items()
        }
        trends = {
            name: trend(name, value, values)
            for name, value in values.items()
            if {"avg", "max"} <= value.keys()
        }
    except OSError as error:
        raise MergeError(f"Cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MergeError(f"{path} is no summary of k6: {type(error).__name__} {error}") from error
    if not trends:
        raise MergeError(f"{path} has no metric of times")
    return trends


def trend(name: str, values: Mapping[str, Any], metrics: Mapping[str, Mapping[str, Any]]) -> Trend:
    points = {EXTREMES[key]: float(value) for key, value in values.items() if key in EXTREMES}
    points |= {
        float(match[1]): float(value) for key, value in values.items() if (match := PERCENTILE.fullmatch(key))
    }
    counter = REQUESTS if name.startswith("http_req") else ITERATIONS
    count = values.get("count", metrics.get(counter, {}).get("count") if "{" not in name else None)
    percents = sorted(points)
    return Trend(
        int(count or 0),
        float(values["avg"]),
        np.array(percents),
        np.array([points[percent] for percent in percents]),
    )


def percentile(trends: Sequence[Trend], percent: float) -> Interval:
    """The merged one, by lines between the points; and the bounds that hold without them."""
    functions = [(trend.count, drawn(trend).tolist()) for trend in trends]
    total = sum(trend.count for trend in trends)
    values = np.concatenate([[-inf], np.unique(np.concatenate([trend.values for trend in trends])), [inf]])
    least, most = np.sum([trend.count * shares(trend, values) for trend in trends], axis=0) / total
    low, high = values[np.argmax(most > percent + ROUNDING)], values[np.argmax(least >= percent - ROUNDING)]
    return Interval(quantiles.at(quantiles.distribution(functions, GRID), percent), float(low), float(high))


def drawn(trend: Trend) -> Array:
    """Its quantile function over GRID: straight on logarithmic scales, as most tails nearly are."""
    last = 100 * (1 - 1 / (2 * trend.count))  # of N requests, the largest stands for the last half of 1/N
    grid, points = (-np.log(100 - np.minimum(percents, last)) for percents in (GRID, trend.percents))
    values: Array = np.exp(np.interp(grid, points, np.log(np.maximum(trend.values, TINY))))
    return values


def shares(trend: Trend, values: Array) -> Array:
    """Of the requests that took no more than each value, the least and the highest percentage that can be."""
    below = np.searchsorted(trend.values, values, side="right")
    least, most = np.append(0, trend.percents)[below], np.append(trend.percents, 100)[below]
    least[-1] = 100
    return np.array([least, most])


def blocks(summaries: Sequence[Mapping[str, Trend]]) -> list[Block]:
    """Of the metrics that all summaries have. Raises MergeError."""
    names = sorted(
        set(summaries[0]).intersection(*summaries[1:]), key=lambda name: (name != "http_req_duration", name)
    )
    rows: list[list[Content]] = []
    left_out: list[str] = []
    for name in names:
        trends = [summary[name] for summary in summaries]
        longest = max(trend.values[-1] for trend in trends)
        if not all(trend.count for trend in trends):
            left_out.append(name)
        elif longest > 0:
            total = sum(trend.count for trend in trends)
            mean = sum(trend.count * trend.mean for trend in trends) / total
            percentiles = [estimate(percentile(trends, percent)) for percent in PERCENTS]
            rows.append([name, f"{total:,}", digits(mean), *percentiles, digits(longest)])
    if not rows:
        raise MergeError(
            "No metric is counted in every summary: run k6 with --summary-trend-stats 'avg,med,max,count'"
        )
    head = ["metric, ms", "count", "mean", *(f"p{percent:g}" for percent in PERCENTS), "max"]
    note = f" Left out, as a summary does not count it: {', '.join(left_out)}." if left_out else ""
    return [
        Table(head, rows),
        Text(
            f"{len(summaries)} summaries, weighted by count. In brackets, where a percentile must lie: "
            "between the points that a summary gives nothing is known. More points make that narrower: "
            f"--summary-trend-stats 'avg,min,med,max,count,p(90),p(95),p(99)'.{note}"
        ),
    ]
