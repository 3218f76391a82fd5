"""What a growing load does: the latency-load curve, and the highest rate that a variant sustains."""

from collections import defaultdict
from collections.abc import Sequence

from loadtests.report import ratios
from loadtests.report.ratios import Interval
from loadtests.report.results import Results
from loadtests.runner import stats
from loadtests.runner.cells import LIMIT
from loadtests.runner.sample import Sample

Points = Sequence[tuple[float, float]]  # requests per second, ms


def curve(results: Results, variant: str, scenario: str) -> Points:
    """p99 at each rate, of the requests of all rounds together."""
    rates: dict[float, list[Sample]] = defaultdict(list)
    for sample in results.of(variant, scenario):
        rates[sample.rate].append(sample)
    return [(rate, stats.percentile(samples, 99)) for rate, samples in sorted(rates.items())]


def sustained(results: Results, variant: str, scenario: str) -> Interval:
    """The mean, over the rounds, of the highest rate that keeps p99 in the limit and drops nothing."""
    rounds: dict[int, list[Sample]] = defaultdict(list)
    for sample in results.of(variant, scenario):
        rounds[sample.round].append(sample)
    return ratios.interval(highest(samples) for samples in rounds.values())


def highest(samples: Sequence[Sample]) -> float:
    """Of one round; 0 if even its lowest rate was too much."""
    best = 0.0
    for sample in sorted(samples, key=lambda each: each.rate):
        if sample.p99_ms > LIMIT or sample.dropped:
            break
        best = sample.rate
    return best
