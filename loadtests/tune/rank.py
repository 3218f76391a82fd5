"""The plans that the searches lead to: the five at their own best, and the study's figures corrected."""

from collections.abc import Iterator, Mapping

from loadtests.report.roles import ROLLBACK
from loadtests.runner import plan as plans
from loadtests.runner.cells import LIMIT
from loadtests.runner.plan import Plan, Variant
from loadtests.runner.sample import Operation
from loadtests.tune import figures
from loadtests.tune.result import Search

ROUNDS = 5
SECONDS = 2.0  # of a step, and of a scenario that ends by the clock
# From where every service holds, on two cores, to beyond where any does
RISING: dict[Operation, tuple[float, ...]] = {
    "get_item": (300, 450, 650, 850, 1100, 1400, 1800, 2250, 2850, 3600, 4500),
    "create_item": (80, 120, 170, 230, 300, 380, 480, 600, 750, 950, 1200, 1500),
}
BEST = (
    "The best of a service is the setting that its newest search found for the highest rate, and the default"
    " setting where nothing beat that beyond doubt."
)
PEAK = f"Each service at its own best: rates rise until p99 passes {LIMIT:g} ms. {BEST}"
CORRECTED = (
    "The study's seven scenarios on the tutorial twins in its setting, on the services at the same"
    f" durability, and on the services at their own best. {BEST}"
)


class MissingError(Exception):
    """Services without a search that went on to the end; its text is one line."""


def complete(searches: Mapping[str, Search | None]) -> dict[str, Search]:
    if missing := [service for service, search in searches.items() if search is None]:
        raise MissingError(f"No finished search of {', '.join(missing)}: just tune {missing[0]}")
    return {service: search for service, search in searches.items() if search is not None}


def best(service: str, search: Search) -> Variant:
    name = figures.winner(search.tune, search.probes, "rate").name
    return search.tune.candidates[name].variant(service).model_copy(update={"tuned": True})


def peak(searches: Mapping[str, Search]) -> Plan:
    """On the ladders of the plan load_curve, with other rungs."""
    rising = plans.read("load_curve")
    return rising.model_copy(
        update={
            "name": "peak",
            "about": PEAK,
            "rounds": ROUNDS,
            "scenarios": {
                name: rising.scenarios[name].model_copy(update={"seconds": SECONDS, "rates": rates})
                for name, rates in RISING.items()
            },
            "variants": {f"{service}_best": best(service, search) for service, search in searches.items()},
        }
    )


def corrected(searches: Mapping[str, Search]) -> Plan:
    """As the plan standard, but for how long a scenario takes that ends by the clock."""
    standard = plans.read("standard")
    return standard.model_copy(
        update={
            "name": "corrected",
            "about": CORRECTED,
            "rounds": ROUNDS,
            "scenarios": {
                name: one.model_copy(update={"seconds": SECONDS}) if one.seconds else one
                for name, one in standard.scenarios.items()
            },
            "variants": {
                name: one
                for service, search in searches.items()
                for name, one in corrections(service, search)
            },
        }
    )


def corrections(service: str, search: Search) -> Iterator[tuple[str, Variant]]:
    yield f"{service}_best", best(service, search)
    yield f"{service}_same_durability", Variant(service=service, env=ROLLBACK)
    yield f"twin_{service}", Variant(service=service, twin=True)
