"""What became of a service since a commit: its two versions, measured in the same rounds."""

from dataclasses import dataclass

from harness.commit import SHORT
from loadtests.report import ranks
from loadtests.report.results import CPU, Measure, Results
from loadtests.report.words import bounded, factor


@dataclass(frozen=True)
class Version:
    """A service in a scenario, now and then, by one measure."""

    scenario: str
    variant: str
    commit: str
    measure: str
    then: str
    now: str
    times: str  # as well as then
    verdict: str


def pairs(results: Results) -> dict[str, str]:
    """The earlier variants, each to what became of it."""
    variants = results.plan.variants
    return {
        earlier: name
        for earlier in results.variants
        for name in results.variants
        if results.is_earlier(earlier)
        and variants[name] == variants[earlier].model_copy(update={"commit": None})
    }


def versions(results: Results) -> list[Version]:
    return [
        version(results, scenario, earlier, name, measure)
        for scenario in results.scenarios
        for earlier, name in pairs(results).items()
        if results.of(earlier, scenario) and results.of(name, scenario)
        for measure in (results.headline(scenario), CPU)
    ]


def version(results: Results, scenario: str, earlier: str, name: str, measure: Measure) -> Version:
    times = results.times(name, earlier, scenario, measure)
    bound = measure != CPU and any(results.bound(each, scenario) for each in (earlier, name))
    told = not bound and ranks.told_apart(times, results.floor(scenario, measure))
    direction = "better" if times.value > 1 else "worse"
    return Version(
        scenario=scenario,
        variant=name,
        commit=(results.plan.variants[earlier].commit or "")[:SHORT],
        measure=f"cpu {measure.unit}" if measure == CPU else measure.unit,
        then=bounded(results.mean(earlier, scenario, measure)),
        now=bounded(results.mean(name, scenario, measure)),
        times=factor(times),
        verdict="generator-bound" if bound else direction if told else "not told apart",
    )
