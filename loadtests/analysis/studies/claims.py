"""The study's claims, put to our results: reproduced, contradicted or undecided.

A claim is about *how many times as well* one application does as another, and names the band in which that
ratio lies if it is true. It is reproduced where our whole interval lies in the band, contradicted where it
lies outside, and undecided where it does neither. Where the load generator set the pace, the ratio of the
processor time per request has to say the same. Of a claim about several pairs each has to hold, and one that
does not is enough to contradict it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import log, nan
from statistics import median
from typing import Literal, NamedTuple

from harness.document import Ratio, listed, plain
from loadtests.analysis import intervals
from loadtests.analysis.intervals import UNKNOWN, Interval, Series
from loadtests.analysis.ranks import told_apart
from loadtests.analysis.results import CPU, THROUGHPUT, Measure, Results
from loadtests.analysis.studies.paper import MEDIAN, Claim, Paper

Outcome = Literal["reproduced", "contradicted", "undecided"]
WORST_FIRST: Sequence[Outcome] = ("contradicted", "undecided", "reproduced")

# Of an application in a scenario, as logarithms: the larger, the better
Performance = Callable[[str, str], Series]


@dataclass(frozen=True)
class Contrast:
    """A ratio: the geometric mean of some applications to that of others, over some scenarios."""

    better: tuple[str, ...]
    than: tuple[str, ...]
    scenarios: tuple[str, ...]
    less: str | None = None  # the scenario whose ratio this one is divided by

    @property
    def everywhere(self) -> tuple[str, ...]:
        return (*self.scenarios, self.less) if self.less else self.scenarios

    def ratio(self, performance: Performance) -> Interval:
        gap = intervals.average([self.gap(performance, scenario) for scenario in self.scenarios])
        if self.less:
            gap = intervals.difference(gap, self.gap(performance, self.less))
        return intervals.geometric(gap)

    def gap(self, performance: Performance, scenario: str) -> Series:
        ones, others = (
            intervals.average([performance(name, scenario) for name in side])
            for side in (self.better, self.than)
        )
        return intervals.difference(ones, others)

    def __str__(self) -> str:
        sides = " / ".join(" & ".join(side) for side in (self.better, self.than))
        where = ", ".join(self.scenarios) if len(self.scenarios) < 4 else f"{len(self.scenarios)} scenarios"
        return f"{sides}, {where}" + (f" / {self.less}" if self.less else "")


@dataclass(frozen=True)
class Verdict:
    claim: Claim
    outcome: Outcome
    contrast: Contrast | None = None  # the pair that decided
    ours: Interval = UNKNOWN
    paper: float = nan
    why: str = ""


class Orders(NamedTuple):
    """Of the pairs that the study puts in an order."""

    same: int
    opposite: int
    unsure: int


def published(paper: Paper) -> Performance:
    def performance(application: str, scenario: str) -> Series:
        figure = next(figure for figure in paper.figures if figure.scenario == scenario)
        sign = 1 if figure.measure == THROUGHPUT.name else -1
        return {0: sign * log(figure.values[application])}

    return with_median(performance, list(paper.applications))


def with_median(performance: Performance, applications: Sequence[str]) -> Performance:
    def extended(application: str, scenario: str) -> Series:
        if application != MEDIAN:
            return performance(application, scenario)
        many = [performance(each, scenario) for each in applications]
        shared = set(many[0]).intersection(*many[1:])
        return {number: median(series[number] for series in many) for number in sorted(shared)}

    return extended


class Measured:
    """Variants of a run, read as the study's five applications."""

    def __init__(self, results: Results, paper: Paper, names: Sequence[str]) -> None:
        self.results = results
        self.applications = list(paper.applications)
        services = {results.plan.variants[name].service: name for name in reversed(names)}
        self.variants = {one: services[one] for one in self.applications if one in services}

    def by(self, measure_of: Callable[[str], Measure]) -> Performance:
        def performance(application: str, scenario: str) -> Series:
            return self.results.performance(self.variants[application], scenario, measure_of(scenario))

        return with_median(performance, self.applications)

    def ratio(self, contrast: Contrast) -> Interval:
        return contrast.ratio(self.by(self.results.headline))

    def cpu_ratio(self, contrast: Contrast) -> Interval:
        return contrast.ratio(self.by(lambda _: CPU))

    def missing(self, contrast: Contrast) -> list[str]:
        scenarios = [name for name in contrast.everywhere if name not in self.results.scenarios]
        return scenarios + [name for name in self.named(contrast) if name not in self.variants]

    def is_bound(self, contrast: Contrast) -> bool:
        cells = product(self.named(contrast), contrast.everywhere)
        return any(self.results.bound(self.variants[name], scenario) for name, scenario in cells)

    def floor(self, contrast: Contrast) -> float:
        return max(self.results.floor(name, self.results.headline(name)) for name in contrast.everywhere)

    def cpu_floor(self, contrast: Contrast) -> float:
        return max(self.results.floor(name, CPU) for name in contrast.everywhere)

    def named(self, contrast: Contrast) -> list[str]:
        names = (*contrast.better, *contrast.than)
        return self.applications if MEDIAN in names else list(names)

    def leads(self, some: Sequence[str], others: Sequence[str], scenario: str) -> bool:
        """One of `some` comes before all of `others`."""
        return any(all(self.before(one, other, scenario) for other in others) for one in some)

    def before(self, one: str, other: str, scenario: str) -> bool:
        contrast = Contrast((one,), (other,), (scenario,))
        if self.missing(contrast):
            return False
        ratios = [(self.ratio(contrast), self.floor(contrast))]
        if self.is_bound(contrast):
            ratios.append((self.cpu_ratio(contrast), self.cpu_floor(contrast)))
        return all(times.value > 1 and told_apart(times, floor) for times, floor in ratios)


def judged(paper: Paper, ours: Measured) -> list[Verdict]:
    theirs = published(paper)
    return [verdict(claim, ours, theirs) for claim in paper.claims]


def verdict(claim: Claim, ours: Measured, theirs: Performance) -> Verdict:
    if claim.leads_in is not None:
        return leading(claim, claim.leads_in, ours)
    verdicts = [(judgement(claim, contrast, ours), contrast) for contrast in contrasts(claim)]
    decisive, contrast = min(verdicts, key=lambda pair: severity(pair[0]))
    return replace(decisive, paper=contrast.ratio(theirs).value)


def contrasts(claim: Claim) -> Iterator[Contrast]:
    if claim.mean:
        yield Contrast(claim.better, claim.than, claim.scenarios, claim.narrower_in)
    else:
        for one, other, scenario in product(claim.better, claim.than, claim.scenarios):
            yield Contrast((one,), (other,), (scenario,), claim.narrower_in)


def judgement(claim: Claim, contrast: Contrast, ours: Measured) -> Verdict:
    if missing := ours.missing(contrast):
        return Verdict(claim, "undecided", contrast, why=f"not measured: {', '.join(missing)}")
    times = ours.ratio(contrast)
    if not times.known:
        return Verdict(claim, "undecided", contrast, times, why=f"needs {intervals.ENOUGH} rounds")
    by_clock = outcome(times.at_least_as_wide_as(ours.floor(contrast)), claim.band)
    if not ours.is_bound(contrast):
        return Verdict(claim, by_clock, contrast, times)
    cpu = ours.cpu_ratio(contrast)
    by_cpu = outcome(cpu.at_least_as_wide_as(ours.cpu_floor(contrast)), claim.band)
    agreed: Outcome = by_clock if by_clock == by_cpu else "undecided"
    return Verdict(
        claim, agreed, contrast, times, why=f"generator-bound; by processor time {plain(Ratio(cpu))}"
    )


def outcome(times: Interval, band: tuple[float, float]) -> Outcome:
    if times.within(*band):
        return "reproduced"
    return "contradicted" if times.outside(*band) else "undecided"


def severity(verdict: Verdict) -> tuple[int, float]:
    """The worst outcome first and, of several, the pair that is the farthest from the claim."""
    value = verdict.ours.value
    apart = abs(log(value)) if value > 0 else nan
    return WORST_FIRST.index(verdict.outcome), -apart if verdict.claim.within else value


def leading(claim: Claim, needed: int, ours: Measured) -> Verdict:
    """In how many scenarios one of `better` comes before all of `than`."""
    leads = [scenario for scenario in claim.scenarios if ours.leads(claim.better, claim.than, scenario)]
    trails = [scenario for scenario in claim.scenarios if ours.leads(claim.than, claim.better, scenario)]
    why = f"leads in {len(leads)} of {len(claim.scenarios)}; trails in {', '.join(trails) or 'none'}"
    if len(leads) >= needed:
        return Verdict(claim, "reproduced", why=why)
    contradicted = len(claim.scenarios) - len(trails) < needed
    return Verdict(claim, "contradicted" if contradicted else "undecided", why=why)


def orders(paper: Paper, ours: Measured) -> Orders:
    """Whether each pair of applications, in each of the study's scenarios, is in its order here."""
    theirs = published(paper)
    same = opposite = total = 0
    for figure in paper.figures:
        for one, other in combinations(paper.applications, 2):
            ahead = Contrast((one,), (other,), (figure.scenario,)).ratio(theirs).value
            if ahead != 1:
                first, second = (one, other) if ahead > 1 else (other, one)
                total += 1
                same += ours.before(first, second, figure.scenario)
                opposite += ours.before(second, first, figure.scenario)
    return Orders(same, opposite, total - same - opposite)


# --- in words -----------------------------------------------------------------------------------------------


def stated(claim: Claim) -> str:
    """A claim as it is tested."""
    subject, rest, where = sides(claim.better), sides(claim.than), places(claim.scenarios)
    if claim.within:
        together = sides([*claim.better, *claim.than])
        return f"{together} are within {claim.within - 1:.0%} of each other: {where}"
    if claim.narrower_in:
        return f"{subject} are less far ahead of {rest} in {claim.narrower_in} than in {where}"
    mean = ", on average" if claim.mean and len(claim.scenarios) > 1 else ""
    return f"{subject} {relation(claim)} {rest}{mean}: {where}"


def relation(claim: Claim) -> str:
    plural = len(claim.better) > 1
    if claim.leads_in:
        return f"{'come' if plural else 'comes'} first, in at least {claim.leads_in} scenarios, before"
    if claim.about:
        return f"{'do' if plural else 'does'} about {claim.about:g} times as well as"
    if claim.at_least > 1:
        return f"{'do' if plural else 'does'} at least {claim.at_least:g} times as well as"
    if claim.at_least < 1:
        return f"{'take' if plural else 'takes'} at most {1 / claim.at_least:g} times as long as"
    return f"{'do' if plural else 'does'} better than"


def sides(names: Sequence[str]) -> str:
    return listed([name if name != MEDIAN else "the median of the five" for name in names])


def places(scenarios: Sequence[str]) -> str:
    return "all seven" if len(scenarios) == 7 else ", ".join(scenarios)
