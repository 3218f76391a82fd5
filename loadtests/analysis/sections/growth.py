"""What follows on paper for 10, 100 and 1,000 times the load: replicas, connections, commits, cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import isnan

from harness.document import Block, Bullets, Content, Heading, Table, Text, digits, listed
from loadtests.analysis.results import Results
from loadtests.analysis.sections.ranks import too_few
from loadtests.analysis.sections.replicas import MS, busy, ends, fullest, mean, sustained, worker_count
from loadtests.measure.facts import DEFAULTS

TITLE = "Ten, a hundred and a thousand times as much"
TIMES = (1, 10, 100, 1000)
CONNECTIONS = 97  # that PostgreSQL takes as it is shipped: 100, less those that are kept for a superuser
COMMITTING = "create_item"


@dataclass(frozen=True)
class Capacity:
    """What the fewest replicas of a service did at the last rate that they sustained."""

    service: str
    operation: str
    rate: float  # requests per second
    replicas: int
    connections: int  # that the replicas open at most
    ms: Sequence[float]  # of a processor for a request: service, nginx, PostgreSQL

    @property
    def core_seconds(self) -> float:
        """Of a million requests, without the load generator."""
        return sum(self.ms) * 1000


def section(results: Results) -> list[Block]:
    capacities = list(measured(results))
    if not capacities:
        return []
    rows: list[list[Content]] = []
    for capacity, times in product(capacities, TIMES):
        rate, replicas = capacity.rate * times, capacity.replicas * times
        figures = f"{times:,}", f"{rate:,.0f}", f"{replicas:,}", connections(capacity.connections * times)
        cores = (digits(ms * rate / 1000) for ms in capacity.ms)
        rows.append([capacity.service, capacity.operation, *figures, *cores])
    head = ["service", "operation", "times", "req/s", "replicas", "connections"]
    return [
        Heading(2, TITLE),
        Text(conclusion(capacities), "" if too_few(results) else "lead"),
        Text(
            "This is arithmetic, and no measurement: the fewest replicas, at the last rate that they "
            "sustained, times so many, as if there were cores for all and one PostgreSQL took it all."
        ),
        Table([*head, "cores", "of nginx", "of PostgreSQL"], rows, "ll" + "r" * 7),
        Bullets([of_connections(capacities), *of_commits(results), of_cost(capacities[0])]),
        Table(
            ["service", "operation", "core-seconds for a million requests", "at P for a core-hour"],
            [[row.service, row.operation, digits(row.core_seconds), price(row)] for row in capacities],
            "llrr",
        ),
    ]


def measured(results: Results) -> Iterator[Capacity]:
    for group, (name, _) in ends(results).items():
        variant = results.plan.variants[name]
        threads = int((DEFAULTS | variant.env)["THREADS"])
        for scenario in results.curves:
            samples = sustained(results, name, scenario)
            ms = [mean(samples, measure) for measure in MS]
            if not isnan(sum(ms)):  # a given PostgreSQL does not say what it used
                yield Capacity(
                    results.plan.groups[group],
                    scenario,
                    samples[0].rate,
                    variant.replicas or 1,
                    worker_count(results, name) * threads,
                    ms,
                )


def price(capacity: Capacity) -> str:
    return f"{digits(capacity.core_seconds / 3600)} \u00d7 P"


def conclusion(capacities: Sequence[Capacity]) -> str:
    prices = [f"{row.operation} of `{row.service}` {price(row)}" for row in capacities]
    return f"At P for a core-hour, a million requests cost: {listed(prices)}."


def connections(number: int) -> str:
    return f"{number:,}" + (" by PgBouncer" if number > CONNECTIONS else "")


def of_connections(capacities: Sequence[Capacity]) -> str:
    most = max(capacity.connections // capacity.replicas for capacity in capacities)
    replicas = CONNECTIONS // most
    filled = f"{replicas} replicas fill" if replicas > 1 else "one replica fills"
    return (
        f"Connections: a replica opens up to {most}, one for each thread of a worker. PostgreSQL takes "
        f"{CONNECTIONS} as it is shipped, which {filled}. Beyond, PgBouncer lends a connection for a "
        "transaction, not for a thread; that was not tried here. It does not pass on the time limits that "
        "the services send in `options`: give them to the role, by `ALTER ROLE … SET`."
    )


def of_commits(results: Results) -> Iterator[str]:
    if COMMITTING not in results.curves:
        return
    last_good = {name: sustained(results, name, COMMITTING) for name in results.variants}
    rates = {name: samples[0].rate for name, samples in last_good.items() if samples}
    if not rates:
        return
    best = max(rates, key=lambda name: rates[name])
    part, share = fullest(results, best, busy(results, last_good[best]))
    yield (
        f"Commits: each {COMMITTING} is one, and waits until the disk has it. The most that one PostgreSQL "
        f"sustained here is {rates[best]:,g} a second (`{best}`), when {part} was nearest to its limit "
        f"({share:.0%}). What the disk can do beyond that is not known. Where it is the limit, several "
        "items go into one commit, or are divided among several servers."
    )


def of_cost(capacity: Capacity) -> str:
    seconds = digits(capacity.core_seconds)
    return (
        f"Cost: {capacity.operation} of `{capacity.service}` takes {digits(sum(capacity.ms))} ms of a "
        f"processor, with nginx and PostgreSQL. A million are {seconds} core-seconds; at P for a core-hour "
        f"that is {seconds} \u00d7 P / 3,600 = {price(capacity)}. P is the price that you pay. "
        "Cores that are idle are paid, too: divide by the share that is busy."
    )
