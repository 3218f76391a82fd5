"""What the server costs: an application that does nothing, other workers, and its part of the gaps."""

from collections.abc import Iterator

from loadtests.choosing import attributed
from loadtests.choosing.runs import Runs, Source
from loadtests.choosing.said import COLUMNS, DOING, NAMES, Compared, Section, Table, compared
from loadtests.report import ratios
from loadtests.report.ratios import Interval, Series
from loadtests.report.results import CPU, Results
from loadtests.report.sentences import percent
from loadtests.report.stacks import by_stack, plain
from loadtests.report.targets import floors
from loadtests.report.words import listed
from loadtests.runner.floor import interface
from loadtests.runner.plan import FLOOR
from loadtests.runner.report import digits

SERVERS = {"asgi": "Uvicorn", "wsgi": "Gunicorn's threads"}
FLOORS = ("Against the tutorial twins", "Above the floor", "hello")  # headings


def section(runs: Runs) -> Section | None:
    tables = [*shares(runs.efficiency)]
    tables += [workers(runs.worker)] if runs.worker else []
    if not (run := runs.attribution):
        return Section([*floors_alone(runs.efficiency)], tables) if tables else None
    sentences = [*floors_alone(runs.efficiency), *attributed.explained(runs)]
    return Section(sentences, [*tables, attributed.gaps(run)])


def floors_alone(source: Source) -> Iterator[str]:
    """What an application that does nothing takes."""
    under = floors(source.results)
    took = [
        f"{milliseconds(source, under[server])} under {words}"
        for server, words in SERVERS.items()
        if server in under
    ]
    if took:
        one = nothing(source)
        more = f", {one.said} as much" if one and one.told else ""
        yield f"To {DOING['hello']}, an application that does nothing takes {listed(took)}{more}."


def milliseconds(source: Source, variant: str) -> str:
    return source.link(f"{digits(source.results.mean(variant, 'hello', CPU).value)} ms", *FLOORS)


def nothing(source: Source) -> Compared | None:
    """The floor of WSGI to that of ASGI, where a run has both."""
    under = floors(source.results)
    return (
        compared(source, under["wsgi"], under["asgi"], "hello", *FLOORS)
        if len(under) == len(SERVERS)
        else None
    )


def share(results: Results, variant: str, scenario: str) -> Interval:
    """Of the processor time of a service, what its server takes with nothing to serve."""
    under = floors(results).get(interface(results.plan.variants[variant].service))
    series: Series = results.series(under, scenario, CPU) if under else {}
    return ratios.ratio(series, results.series(variant, scenario, CPU))


def shares(source: Source) -> Iterator[Table]:
    services = plain(source.results)
    names = [name for name in FLOOR if name in source.results.scenarios]
    rows = [
        [
            NAMES[name],
            *(
                source.link(
                    percent(share(source.results, services[name], each)), "Against the tutorial twins", each
                )
                for each in names
            ),
        ]
        for name in NAMES
        if name in services
    ]
    if any(cell for row in rows for cell in row[1:]):
        yield Table(["the server's share", *(COLUMNS[name] for name in names)], rows)


def workers(source: Source) -> Table:
    """Each setting against the service as it comes."""
    results = source.results
    services = plain(results)
    return Table(
        ["setting", "against", *(COLUMNS[name] for name in results.scenarios)],
        [
            [
                f"`{name}`: {settings(results, name)}",
                NAMES[service],
                *(compared(source, name, services[service], each).cell for each in results.scenarios),
            ]
            for name in by_stack(results, results.variants)
            if name != services[service := results.plan.variants[name].service]
        ],
    )


def settings(results: Results, variant: str) -> str:
    return "; ".join(f"`{name}={value}`" for name, value in results.plan.variants[variant].env.items())
