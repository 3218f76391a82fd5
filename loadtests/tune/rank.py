"""The plan `peak`: each service at the default setting and at its own best."""

from collections.abc import Mapping

from loadtests.runner.cells import LIMIT
from loadtests.runner.plan import Pauses, Plan, Scenario, Variant, WarmUp
from loadtests.runner.sample import Operation
from loadtests.tune import figures
from loadtests.tune.result import Search

RISING: dict[Operation, tuple[float, ...]] = {
    "get_item": (200, 250, 310, 390, 490, 610, 760, 950, 1190, 1490, 1860, 2330, 2910, 3640, 4550),
    "list_items": (10, 13, 16, 20, 25, 31, 39, 49, 61, 76, 95, 119, 149, 186),
    "create_item": (25, 40, 60, 80, 100, 125, 160, 200, 250, 310, 390, 490, 610, 760, 950),
}
ABOUT = (
    "Each service at the default setting and at its own best, by its newest search:"
    f" rates rise until p99 passes {LIMIT:g} ms. Where a best is missing, nothing was better than the default"
    " beyond doubt; _best is the best for both goals."
)


class MissingError(Exception):
    """Services without a search that went on to the end; its text is one line."""


def variants(service: str, search: Search) -> dict[str, Variant]:
    tune, probes = search.tune, search.probes
    best = {goal: figures.winner(tune, probes, goal).name for goal in figures.GOALS}
    named: dict[str, list[str]] = {}
    for goal, name in best.items():
        named.setdefault(name, []).append(goal)
    others = {
        f"{service}_{goals[0] if len(goals) == 1 else 'best'}": tune.candidates[name].variant(service)
        for name, goals in named.items()
        if name != tune.default
    }
    return {service: tune.candidates[tune.default].variant(service), **others}


def peak(searches: Mapping[str, Search | None]) -> Plan:
    if missing := [service for service, search in searches.items() if search is None]:
        raise MissingError(f"No finished search of {', '.join(missing)}: just tune {missing[0]}")
    every = {
        name: one
        for service, search in searches.items()
        if search is not None
        for name, one in variants(service, search).items()
    }
    return Plan(
        name="peak",
        about=ABOUT,
        rounds=3,
        seed=1,
        records=1500,
        dataset="copied",
        pauses=Pauses(after_start=0, after_load=0, after_warm_up=0.3, between_scenarios=0.2),
        warm_up=WarmUp(users=20, seconds=1.5, lists=5),
        scenarios={name: Scenario(users=100, seconds=4, rates=rates) for name, rates in RISING.items()},
        variants=every,
    )
