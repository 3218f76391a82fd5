"""What a service could still gain on its twin, by what its time goes to.

Under a server a request costs `service` ms, of which the server alone takes `floor`; the rest is the
application's. In what parts that falls is known from the profile. Without one of them the service would take

    floor + (service - floor) * (1 - share of the part)

and that many times less than its twin. Where not even that reaches the target, no change of the part does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan

from loadtests.profile import parts
from loadtests.profile.sampling import Found
from loadtests.report.results import CPU, Results
from loadtests.report.stacks import plain
from loadtests.report.targets import Targets, floors
from loadtests.runner.floor import interface

OWN = (parts.APPLICATION,)
LIBRARIES = (*OWN, parts.JSON, parts.VALIDATION, parts.ORM)
ALL = (*LIBRARIES, parts.FRAMEWORK, parts.WAKING)
LIKE = {"delete_item": "replace_item"}  # which cannot be called twice
BODIES = {"echo", "create_item", "replace_item"}


@dataclass(frozen=True)
class Gain:
    """How many times less than its twin a service takes, and would take without some of its parts."""

    scenario: str
    service: str
    target: float
    reached: float
    own: float  # without its own code
    libraries: float  # without JSON, validation and the ORM, too
    framework: float  # without the framework and its threads, too: the server, SQLite and the commit alone

    @property
    def in_the_way(self) -> str:
        """What would have to go for the target to be reached."""
        if self.own >= self.target:
            return "its own code"
        if self.libraries >= self.target:
            return "JSON, validation or the ORM"
        if self.framework >= self.target:
            return "the framework itself"
        return "the server and SQLite themselves"


def gains(results: Results, found: Mapping[str, Mapping[str, Found]], wanted: Targets) -> Iterator[Gain]:
    """Of each target that the run does not reach."""
    services, twins, under = plain(results), plain(results, twin=True), floors(results)
    for scenario, by_service in wanted.twins.items():
        for service, target in by_service.items():
            if service not in services or service not in twins or interface(service) not in under:
                continue
            floor = results.mean(
                under[interface(service)], "echo" if scenario in BODIES else "hello", CPU
            ).value
            times = results.times(services[service], twins[service], scenario, CPU).value
            own = results.mean(services[service], scenario, CPU).value
            profile = found.get(service, {}).get(LIKE.get(scenario, scenario))
            if times < target and profile is not None and not isnan(floor):
                shares = {part: value / profile.cpu for part, value in profile.parts.items()}
                without = [times * own / rest(own, floor, shares, some) for some in (OWN, LIBRARIES, ALL)]
                yield Gain(scenario, service, target, times, *without)


def rest(own: float, floor: float, shares: Mapping[str, float], parts: tuple[str, ...]) -> float:
    """ms, without these parts."""
    return floor + max(own - floor, 0) * (1 - sum(shares.get(part, 0) for part in parts))
