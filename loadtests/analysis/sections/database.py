"""When SQLite is enough: the variants of a group are one service, on its file and on servers farther away."""

from collections.abc import Iterator, Mapping
from functools import partial

from harness.document import Block, Content, Heading, Table, Text, digits, joined, listed, ratio
from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import CPU, LATENCY, THROUGHPUT, Measure, Results
from loadtests.analysis.sections.ranks import too_few
from loadtests.measure.plan import SQLITE, Variant

OWN = Measure("database_cpu_ms_per_request", "PostgreSQL's own processor time per request", "ms")
AWAY = Measure("round_trip_ms", "Round trip", "ms")
LADDER = "SQLite", "PostgreSQL, TCP", "PostgreSQL, 1 ms"  # the steps that a conclusion is of
WAYS = {"": "TCP", "socket": "a Unix socket", "given": "a given server"}
SETTINGS = {"WEB_CONCURRENCY": "workers", "THREADS": "threads"}

Steps = Mapping[str, Mapping[str, str]]  # by what it is called, of each group the variant


def section(results: Results) -> Iterator[Block]:
    steps, scenarios = by_step(results), results.scenarios
    if set(LADDER) - set(steps):
        return
    first, *others = steps
    generator = [] if results.placement.load_from else ["the load generator"]
    sharing = ["The service", "PostgreSQL", "the delay", *generator]
    yield Heading(2, "When SQLite is enough")
    yield from [few] if (few := too_few(results)) else conclusion(results)
    yield Text(
        "Everywhere a commit is on the disk before it is answered. `PostgreSQL, 1 ms`: what is sent is "
        "delayed so that a round trip takes a millisecond more. Each user waits for an answer before the "
        "next request: twice the response time is half the throughput. "
        f"{listed(sharing)} share the machine. Processor time is the service's alone; the last "
        "table has PostgreSQL's own, and what a query that does nothing took."
    )
    yield Text("Requests per second, from the slowest to the fastest service:")
    yield Table(
        ["database", *scenarios],
        [[step, *(span(results, steps[step], scenario) for scenario in scenarios)] for step in steps],
    )
    for measure in (LATENCY, CPU):

        def row(step: str, group: str = "", measure: Measure = measure) -> list[Content]:
            return [step, *(ratio(together(results, step, name, measure, group)) for name in scenarios)]

        yield Text(f"{measure.label}, times that on {first}, all services together:")
        yield Table(["database", *scenarios], [row(step) for step in others])
        yield Table(
            ["service", "database", *scenarios],
            [
                [results.plan.groups[group], *row(step, group)]
                for group in results.groups
                for step in others
                if group in steps[step]
            ],
            fold=f"{measure.label}, each service",
        )
    if results.paced:
        yield Text(f"Generator-bound, in some scenario: the response times of {results.paced}.", "notice")
    yield Text(
        "Of PostgreSQL, in ms: the round trip, and the processor time of all its processes per request:"
    )
    rows = [[step, *measured(results, steps[step])] for step in others]
    yield Table(["database", "round trip", *scenarios], rows)


def title(variant: Variant) -> str:
    """What a page calls the step that a variant is."""
    kind, _, way = variant.database.partition(":")
    name = "SQLite" if kind == SQLITE else f"PostgreSQL, {WAYS.get(way, way.replace('ms', ' ms'))}"
    return ", ".join([name, *(f"{value} {SETTINGS[key]}" for key, value in variant.env.items())])


def by_step(results: Results) -> Steps:
    steps: dict[str, dict[str, str]] = {}
    for group, names in results.groups.items():
        for name in names:
            steps.setdefault(title(results.plan.variants[name]), {})[group] = name
    return steps


def verdict(results: Results) -> str:
    """Of the response times of all services together; the slower one's is not that of the generator."""
    file, near, _ = LADDER
    ratios = {scenario: together(results, near, scenario, LATENCY) for scenario in results.scenarios}
    slower = {name: by_step(results)[near if times.value > 1 else file] for name, times in ratios.items()}
    sure = [
        scenario
        for scenario, times in ratios.items()
        if intervals.apart(times, results.floor(scenario, LATENCY))
        and not any(results.bound(name, scenario) for name in slower[scenario].values())
    ]
    outcomes = {
        f"sooner from {file} in": [scenario for scenario in sure if ratios[scenario].value > 1],
        f"sooner from {near} in": [scenario for scenario in sure if ratios[scenario].value < 1],
        "the two were not told apart in": [scenario for scenario in ratios if scenario not in sure],
    }
    clauses = [f"{outcome} {listed(scenarios)}" for outcome, scenarios in outcomes.items() if scenarios]
    return f"On one machine the answer came {'; '.join(clauses)}."


def conclusion(results: Results) -> list[Text]:
    file, near, far = LADDER
    return [
        Text(verdict(results), "lead"),
        several(results, f"{far} away: times the response time on {file}", far, LATENCY),
        several(results, f"{near}: times the service's processor time on {file}", near, CPU),
    ]


def several(results: Results, label: str, step: str, measure: Measure) -> Text:
    ratios = {scenario: together(results, step, scenario, measure) for scenario in results.scenarios}
    multiples = joined([[f"{scenario} ", ratio(times)] for scenario, times in ratios.items()])
    return Text([f"{label}: ", *multiples, "."], "lead")


def together(results: Results, step: str, scenario: str, measure: Measure, group: str = "") -> Interval:
    """What a request takes there, times what it takes on SQLite: in one group, or in all together."""
    there, file = (by_step(results)[name] for name in (step, LADDER[0]))
    groups = [name for name in there if name in file and group in ("", name)]
    costs = partial(results.logarithms, scenario=scenario, measure=measure)
    return intervals.together((costs(there[name]), costs(file[name])) for name in groups)


def span(results: Results, variants: Mapping[str, str], scenario: str) -> str:
    values = sorted(results.mean(name, scenario, THROUGHPUT).value for name in variants.values())
    return f"{values[0]:,.0f} to {values[-1]:,.0f}"


def measured(results: Results, variants: Mapping[str, str]) -> list[Content]:
    """The round trip, and PostgreSQL's processor time in each scenario: geometric means of the services."""

    def mean(scenario: str, measure: Measure) -> Content:
        logarithms = [results.logarithms(name, scenario, measure) for name in variants.values()]
        return digits(intervals.geometric(intervals.average(logarithms)).value)

    return [mean(results.scenarios[0], AWAY), *(mean(scenario, OWN) for scenario in results.scenarios)]
