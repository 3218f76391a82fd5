"""What a person who measures sees at the end: a table for each variant, of its rounds together."""

from collections.abc import Iterable, Iterator, Sequence
from math import isnan, nan
from statistics import fmean

from harness.document import Block, Content, Heading, Span, Table, Text, digits
from loadtests.analysis.results import percentiles
from loadtests.measure import gates
from loadtests.measure.sample import Sample

HEAD = ["scenario", "req", "req/s", "mean ms", "p50", "p95", "p99", "max", "cpu ms", "MiB", "generator cpu"]
MEMORY = {"pss": "PSS (a shared page counts once)", "rss": "RSS (a shared page counts in every process)"}


def blocks(samples: Sequence[Sample]) -> Iterator[Block]:
    variants: dict[str, dict[str, list[Sample]]] = {}
    for sample in samples:
        variants.setdefault(sample.variant, {}).setdefault(title(sample), []).append(sample)
    for variant, scenarios in variants.items():
        yield Heading(2, variant)
        yield Table(HEAD, [row(name, group) for name, group in scenarios.items()])
    yield from notes(samples)
    kinds = sorted({sample.memory_kind for sample in samples} - {""})
    yield Text(
        "cpu ms: processor time of the service per request, all its processes. "
        f"MiB: their highest memory{''.join(f', {MEMORY[kind]}' for kind in kinds)}. "
        "generator cpu: what k6 or wrk used of all cores; where that is high, it may have set the pace.",
        "small",
    )


def title(sample: Sample) -> str:
    return sample.scenario if isnan(sample.rate) else f"{sample.scenario} {sample.rate:g}/s"


def row(name: str, samples: Sequence[Sample]) -> list[Content]:
    valid = [sample for sample in samples if not sample.invalid]
    if not valid:
        return [Span(name, "bad"), *("-" for _ in HEAD[1:])]
    memory = max((sample.memory_mib for sample in valid if not isnan(sample.memory_mib)), default=nan)
    share = fmean(sample.k6_cpu_share for sample in valid)
    return [
        name,
        f"{sum(sample.requests for sample in valid):,}",
        f"{fmean(sample.requests_per_second for sample in valid):,.0f}",
        digits(fmean(sample.mean_ms for sample in valid)),
        *map(digits, percentiles(valid, (50, 95, 99))),
        digits(max(sample.max_ms for sample in valid)),
        digits(fmean(sample.cpu_ms_per_request for sample in valid)),
        "" if isnan(memory) else f"{memory:,.0f}",
        "" if isnan(share) else f"{share:.0%}",
    ]


def notes(samples: Iterable[Sample]) -> Iterator[Block]:
    for sample in samples:
        if sample.invalid:
            reason = gates.sentence(sample.invalid)
            yield Text(f"{sample.variant}, {title(sample)}, round {sample.round}: {reason}", "notice")
