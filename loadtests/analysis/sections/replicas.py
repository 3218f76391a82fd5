"""How it scales: the variants of a group are one service, with more and more replicas behind nginx."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle, product
from math import isnan, nan
from statistics import fmean
from typing import NamedTuple

from harness.document import Block, Content, Drawing, Figure, Heading, Table, Text, digits, listed
from loadtests.analysis.charts import Line
from loadtests.analysis.results import Results, percentiles
from loadtests.analysis.sections import load
from loadtests.analysis.sections.ranks import too_few
from loadtests.cost import costs
from loadtests.cost.costs import POSTGRESQL, Count
from loadtests.measure.facts import DEFAULTS
from loadtests.measure.run import LIMIT
from loadtests.measure.sample import Sample

STYLES = ((False, False), (True, False), (False, True), (True, True))  # dashed, pale: from the most replicas
PARTS = ("service", "nginx", "PostgreSQL", "k6")
MS = ("cpu_ms_per_request", "nginx_cpu_ms_per_request", "database_cpu_ms_per_request")  # of the first three


class Busy(NamedTuple):
    """Cores, in the mean of the rounds; nan where there is no such part."""

    service: float
    nginx: float
    postgresql: float
    k6: float

    @property
    def together(self) -> float:
        return sum(part for part in self if not isnan(part))


def section(results: Results) -> Iterator[Block]:
    if not results.curves or not ends(results):
        return
    sharing = [part for part in PARTS if part != "k6" or not results.placement.load_from]
    yield Heading(2, "Replicas")
    yield from (
        [few] if (few := too_few(results)) else [Text(rates(results), "lead"), Text(limits(results), "lead")]
    )
    yield Text(
        "A replica is a server of its own. All of a variant are on one PostgreSQL, behind one nginx with "
        "one worker; a variant without replicas is the service with nothing in front. "
        f"The {listed(sharing)} share {results.machine['cores']} cores, so the curve is this "
        "machine's. A worker can use one core, and so can nginx. A rate is sustained, if p99 stays "
        f"within {LIMIT:g} ms and no request was dropped: it lies between the lowest last good and the "
        "highest first bad rate of the rounds."
    )
    yield results.table("sustained req/s", results.curves, partial(load.written, results))
    drawings = [drawing(results, *pair) for pair in product(results.curves, results.groups)]
    yield Figure(drawings, load.CAPTION, "picture.svg")
    for scenario in results.curves:
        yield from of(results, scenario)
    yield from yardstick(results, costs.read())


def ends(results: Results) -> Mapping[str, tuple[str, str]]:
    """Of each group the variant with the fewest replicas, and that with the most."""
    pairs: dict[str, tuple[str, str]] = {}
    for group, names in results.groups.items():
        order = sorted((count, name) for name in names if (count := results.plan.variants[name].replicas))
        if len(order) > 1:
            pairs[group] = order[0][1], order[-1][1]
    return pairs


def rates(results: Results) -> str:
    """What the fewest replicas sustain, and the most."""
    cases = [
        f"{scenario} of `{group}` {', then '.join(load.written(results, name, scenario) for name in names)}"
        for scenario, (group, names) in product(results.curves, ends(results).items())
    ]
    return f"{verdict(results)} Requests per second: {'; '.join(cases)}."


def verdict(results: Results) -> str:
    cases = len(results.curves) * len(ends(results))
    fewest, many = (replicas(results, names) for names in zip(*ends(results).values(), strict=True))
    shared = "" if results.placement.load_from else ", which the load shares"
    return (
        f"On {results.machine['cores']} cores{shared}, {many} sustain more than {fewest} "
        f"beyond doubt in {gains(results)} of {cases} cases."
    )


def gains(results: Results) -> int:
    """In how many cases the most sustain more than the fewest, beyond doubt: k6 did not end their ladder."""
    return sum(
        load.bracket(results, most, scenario).low >= load.bracket(results, few, scenario).high
        and not load.is_bound(results, few, scenario)
        for scenario, (few, most) in product(results.curves, ends(results).values())
    )


def limits(results: Results) -> str:
    """What is nearest to its limit, with the fewest replicas and with the most."""
    clauses = []
    for names in zip(*ends(results).values(), strict=True):
        nearest: dict[str, list[float]] = {}
        for name, scenario in product(names, results.curves):
            if samples := sustained(results, name, scenario):
                part, share = fullest(results, name, busy(results, samples))
                nearest.setdefault(part, []).append(share)
        parts = [f"{part} ({span(shares)})" for part, shares in nearest.items()]
        clauses.append(f"{' or '.join(parts) or 'nothing that is known'} with {replicas(results, names)}")
    return f"Nearest to its limit, at the last sustained rate, is {listed(clauses)}."


def replicas(results: Results, names: Sequence[str]) -> str:
    """How many these variants have."""
    counts = sorted({results.plan.variants[name].replicas or 0 for name in names})
    return f"{' or '.join(map(str, counts))} replica{'' if counts == [1] else 's'}"


def span(shares: Sequence[float]) -> str:
    low, high = f"{min(shares):.0%}", f"{max(shares):.0%}"
    return low if low == high else f"{low} to {high}"


def of(results: Results, scenario: str) -> list[Block]:
    head = ["variant", "req/s", "p99, ms", *PARTS, "together", "nearest to its limit"]
    rows: list[list[Content]] = []
    last: list[list[Content]] = []
    for name in results.variants:
        for rate, samples in sorted(load.grouped(results.of(name, scenario), "rate").items()):
            rows.append(row(results, name, samples))
            if rate == load.bracket(results, name, scenario).low:
                last.append(rows[-1])
    return [
        Heading(3, scenario),
        Text(
            "Busy cores at the last sustained rate:" if last else "No variant sustained even the lowest rate."
        ),
        Table(head, last),
        Table(head, rows, fold=f"Busy cores at every rate, {scenario}"),
    ]


def row(results: Results, name: str, samples: Sequence[Sample]) -> list[Content]:
    cores = busy(results, samples)
    part, share = fullest(results, name, cores)
    figures = map(digits, (*percentiles(samples, [99]), *cores, cores.together))
    return [results.cell(name), f"{samples[0].rate:,g}", *figures, f"{part}, {share:.0%}"]


def sustained(results: Results, name: str, scenario: str) -> list[Sample]:
    """One of each round, at the highest rate that all rounds sustained; none where there is no such rate."""
    rate = load.bracket(results, name, scenario).low
    return [sample for sample in results.of(name, scenario) if sample.rate == rate]


def mean(samples: Sequence[Sample], name: str) -> float:
    return fmean(getattr(sample, name) for sample in samples) if samples else nan


def busy(results: Results, samples: Sequence[Sample]) -> Busy:
    def cores(name: str) -> float:
        return fmean(getattr(sample, name) * sample.requests_per_second / 1000 for sample in samples)

    service, nginx, postgresql = map(cores, MS)
    return Busy(service, nginx, postgresql, mean(samples, "k6_cpu_share") * results.machine["cores"])


def fullest(results: Results, name: str, cores: Busy) -> tuple[str, float]:
    """What is nearest to its limit, and how near: a worker, and nginx, can use one core."""
    workers, machine = worker_count(results, name), results.machine["cores"]
    shares = {
        "the machine": cores.together / machine,
        "the worker" if workers == 1 else f"the {workers} workers": cores.service / workers,
        "nginx": 0 if isnan(cores.nginx) else cores.nginx,
    }
    return max(shares.items(), key=lambda pair: pair[1])


def worker_count(results: Results, name: str) -> int:
    """Of all replicas together."""
    variant = results.plan.variants[name]
    return (variant.replicas or 1) * int((DEFAULTS | variant.env)["WEB_CONCURRENCY"])


def drawing(results: Results, scenario: str, group: str) -> Drawing:
    names = results.groups[group]
    styles = dict(zip(reversed(names), cycle(STYLES), strict=False))
    curves = [
        Line(name, load.curve(results, name, scenario), results.services[name].framework, *styles[name])
        for name in names
    ]
    return load.drawing(results, scenario, curves)


def yardstick(results: Results, count: Count) -> Iterator[Block]:
    """The count beside the clock, as section processor has it, at a stated load."""
    rows: list[list[Content]] = []
    for scenario in results.curves:
        for name in results.variants:
            samples, variant = sustained(results, name, scenario), results.plan.variants[name]
            counted = count.costs.get(POSTGRESQL, {}).get(variant.service, {})
            if samples and (cost := counted.get(results.plan.operation(scenario))):
                own, *others = (mean(samples, measure) for measure in MS)
                figures = (own, cost.instructions / 1000, own * 1e6 / cost.instructions, *others)
                rows.append([scenario, results.cell(name), f"{samples[0].rate:,g}", *map(digits, figures)])
    if rows:
        yield Heading(3, "The yardstick")
        yield Text(
            "Milliseconds of a processor for a request at the last sustained rate, and of the service the "
            "thousands of instructions that `results/cost.json` has of it on PostgreSQL. The kernel's part "
            "is in the time, and not in the count."
        )
        head = ["operation", "variant", "req/s", "service", "thousand instructions", "ns each"]
        yield Table([*head, "nginx", "PostgreSQL"], rows, "llrrrrrr")
