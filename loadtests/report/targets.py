"""What the services are to reach, as loadtests/targets.toml has it, and whether they do."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from loadtests.report import ratios
from loadtests.report.durability import Durability
from loadtests.report.ratios import UNKNOWN, Series
from loadtests.report.results import CPU, Results
from loadtests.report.stacks import by_stack, plain
from loadtests.report.words import bounded, factor, reached
from loadtests.runner.floor import interface
from loadtests.runner.sample import Operation

TARGETS = Path(__file__).parents[1] / "targets.toml"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AtMost(Part):
    scenario: Operation
    service: str
    than: str
    times: float


class Targets(Part):
    twins: dict[Operation, dict[str, float]]
    at_most: tuple[AtMost, ...]
    durability: Durability

    def of(self, scenario: str, service: str) -> float | None:
        return next((found.get(service) for name, found in self.twins.items() if name == scenario), None)


@dataclass(frozen=True)
class Line:
    """A service in a scenario, between its twin and its floor, by processor time per request."""

    scenario: str
    variant: str
    times: str  # less than its twin
    target: str
    verdict: str
    own: str  # ms
    floor: str  # ms
    above: str  # times the floor


def read(path: Path = TARGETS) -> Targets:
    return Targets.model_validate(tomllib.loads(path.read_text()))


def lines(results: Results, targets: Targets) -> list[Line]:
    """Of each service with a twin or a floor."""
    services, twins = plain(results), plain(results, twin=True)
    return [
        line(results, scenario, name, twins.get(results.plan.variants[name].service, ""), targets)
        for scenario in results.scenarios
        for name in by_stack(results, services.values())
        if results.of(name, scenario) and (twins or floor(results, name, scenario))
    ]


def line(results: Results, scenario: str, name: str, twin: str, targets: Targets) -> Line:
    service, under = results.plan.variants[name].service, floor(results, name, scenario)
    times = results.times(name, twin, scenario, CPU) if twin else UNKNOWN
    target = targets.of(scenario, service)
    return Line(
        scenario=scenario,
        variant=name,
        times=factor(times),
        target=f"{target:g}" if target else "",
        verdict=reached(times, target) if target else "",
        own=bounded(results.mean(name, scenario, CPU)),
        floor=bounded(ratios.interval(under.values())) if under else "",
        above=factor(ratios.ratio(results.series(name, scenario, CPU), under)),
    )


def limits(results: Results, targets: Targets) -> Iterator[str]:
    """Whether one service takes no more than so many times what another does."""
    services = plain(results)
    for each in targets.at_most:
        if each.service in services and each.than in services and each.scenario in results.scenarios:
            # the other way round, of which more is better
            times = results.times(services[each.service], services[each.than], each.scenario, CPU)
            found = reached(times, 1 / each.times, "above")
            yield (
                f"{each.scenario}: {each.service} takes {factor(times.inverse)} times the processor time of "
                f"{each.than}, and is to take at most {each.times:g} times as much: {found}."
            )


def floor(results: Results, name: str, scenario: str) -> Series:
    """In each round the ms of what nobody can go below, where there is such a thing."""
    if scenario == "list_items":
        measured: Mapping[str, float] = results.machine.get("list_floor_ms", {})
        return {int(number): ms for number, ms in measured.items()}
    under = floors(results).get(interface(results.plan.variants[name].service))
    return results.series(under, scenario, CPU) if under else {}


def floors(results: Results) -> dict[str, str]:
    """By the interface of its server, WSGI or ASGI, the first of the floors that were measured."""
    measured = {sample.variant for sample in results.valid}
    found: dict[str, str] = {}
    for name, one in results.plan.variants.items():
        if one.floor and name in measured:
            found.setdefault(interface(one.service), name)
    return found
