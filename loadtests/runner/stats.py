"""Samples into rows: what a table shows of a variant's scenario over its rounds."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from statistics import fmean

from harness.k6 import PERCENTS
from loadtests.runner.sample import Sample


@dataclass(frozen=True)
class Row:
    variant: str
    scenario: str
    rounds: int  # that are valid; with none the figures below are None
    invalid: tuple[str, ...]
    requests: int | None = None
    failed_checks: int | None = None
    requests_per_second: float | None = None
    mean_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    max_ms: float | None = None
    cpu_ms_per_request: float | None = None
    memory_mib: float | None = None
    memory_kind: str = ""
    k6_cpu_share: float | None = None


def rows(samples: Iterable[Sample]) -> list[Row]:
    grouped: dict[tuple[str, str], list[Sample]] = {}
    for sample in samples:
        grouped.setdefault((sample.variant, titled(sample)), []).append(sample)
    return [row(variant, scenario, group) for (variant, scenario), group in grouped.items()]


def titled(sample: Sample) -> str:
    return sample.scenario if isnan(sample.rate) else f"{sample.scenario} {sample.rate:g}/s"


def row(variant: str, scenario: str, samples: Sequence[Sample]) -> Row:
    valid = [sample for sample in samples if not sample.invalid]
    invalid = tuple(f"round {sample.round}: {sample.invalid}" for sample in samples if sample.invalid)
    if not valid:
        return Row(variant, scenario, 0, invalid)
    return Row(
        variant,
        scenario,
        len(valid),
        invalid,
        requests=sum(sample.requests for sample in valid),
        failed_checks=sum(sample.failed_checks for sample in valid),
        requests_per_second=fmean(sample.requests_per_second for sample in valid),
        mean_ms=fmean(sample.mean_ms for sample in valid),
        p50_ms=percentile(valid, 50),
        p95_ms=percentile(valid, 95),
        p99_ms=percentile(valid, 99),
        max_ms=max(sample.max_ms for sample in valid),
        cpu_ms_per_request=fmean(sample.cpu_ms_per_request for sample in valid),
        memory_mib=max(sample.memory_mib for sample in valid),
        memory_kind=valid[-1].memory_kind,
        k6_cpu_share=fmean(sample.k6_cpu_share for sample in valid),
    )


def percentile(samples: Sequence[Sample], percent: float) -> float:
    """Of all requests of all samples: distributions can be merged, percentiles cannot be averaged."""
    return merged([(sample.requests, sample.quantiles_ms) for sample in samples], percent)


def merged(functions: Sequence[tuple[float, Sequence[float]]], percent: float) -> float:
    """A percentile of weighted quantile functions over PERCENTS, linear between their points."""
    return at(distribution(functions), percent)


def distribution(functions: Sequence[tuple[float, Sequence[float]]]) -> list[tuple[float, float]]:
    """The points (percent, value) of what weighted quantile functions over PERCENTS are together."""
    total = sum(weight for weight, _ in functions)
    return [
        (sum(weight * shares(quantiles, value)[side] for weight, quantiles in functions) / total, value)
        for value in sorted({value for _, quantiles in functions for value in quantiles})
        for side in (0, 1)
    ]


def at(points: Sequence[tuple[float, float]], percent: float) -> float:
    after = bisect_left(points, (percent,))
    low, high = points[max(after - 1, 0)], points[min(after, len(points) - 1)]
    if high[0] <= percent or high[0] == low[0]:
        return high[1]
    return low[1] + (high[1] - low[1]) * (percent - low[0]) / (high[0] - low[0])


def shares(quantiles: Sequence[float], value: float) -> tuple[float, float]:
    """The percentage of requests that took less than the value, and that took no more."""
    first, after = bisect_left(quantiles, value), bisect_right(quantiles, value)
    if first < after:
        return PERCENTS[first], PERCENTS[after - 1]
    if first in (0, len(quantiles)):
        outside = 0.0 if first == 0 else 100.0
        return outside, outside
    low, high = quantiles[first - 1], quantiles[first]
    between = PERCENTS[first - 1] + (PERCENTS[first] - PERCENTS[first - 1]) * (value - low) / (high - low)
    return between, between
