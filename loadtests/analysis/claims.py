"""The study's claims, put to our results: reproduced, contradicted or undecided.

A claim is about *how many times as well* one application does as another, and names the band in which that
ratio lies if it is true. One instrument decides: sections/study.py has the rule in words.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, permutations, product
from math import inf, isfinite, log, nan
from statistics import median
from typing import Literal

from harness.document import listed
from loadtests.analysis import intervals
from loadtests.analysis.intervals import UNKNOWN, Interval, Series
from loadtests.analysis.paper import MEDIAN, Claim, Paper
from loadtests.analysis.results import THROUGHPUT, Results
from loadtests.cost.costs import ALIKE, Cost

Outcome = Literal["reproduced", "contradicted", "undecided"]
Instrument = Literal["clock", "clock of wrk", "count"]
WORST_FIRST: Sequence[Outcome] = ("contradicted", "undecided", "reproduced")
ALIKE_BAND = (1 / 1.05, 1.05)  # of a ratio: who is in it is alike, as the study has it
PUBLISHED = (0, 0)  # the one round of the study's figures, and of a count

# Of an application in a scenario, as logarithms: the larger, the better
Performance = Callable[[str, str], Series]
Counted = Mapping[str, Mapping[str, Cost]]  # by application and scenario


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
        better, than = (
            intervals.average([performance(name, scenario) for name in side])
            for side in (self.better, self.than)
        )
        return intervals.difference(better, than)

    def __str__(self) -> str:
        sides = " / ".join(" & ".join(side) for side in (self.better, self.than))
        where = ", ".join(self.scenarios) if len(self.scenarios) < 4 else f"{len(self.scenarios)} scenarios"
        return f"{sides}, {where}" + (f" / {self.less}" if self.less else "")


@dataclass(frozen=True)
class Decision:
    """Whether a ratio lies in a band."""

    outcome: Outcome
    why: str = ""  # it is undecided
    instrument: str = ""
    ours: Interval = UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Verdict(Decision):
    claim: Claim
    contrast: Contrast | None = None  # the pair that decided
    paper: float = nan


def published(paper: Paper) -> Performance:
    def performance(application: str, scenario: str) -> Series:
        figure = next(figure for figure in paper.figures if figure.scenario == scenario)
        sign = 1 if figure.measure == THROUGHPUT.name else -1
        return {PUBLISHED: sign * log(figure.values[application])}

    return with_median(performance, list(paper.applications))


def with_median(performance: Performance, applications: Sequence[str]) -> Performance:
    def extended(application: str, scenario: str) -> Series:
        if application != MEDIAN:
            return performance(application, scenario)
        all_series = [performance(name, scenario) for name in applications]
        shared = set(all_series[0]).intersection(*all_series[1:])
        return {key: median(series[key] for series in all_series) for key in sorted(shared)}

    return extended


class Measured:
    """Variants of a run, read as the study's five applications; `count` is that of the same code."""

    def __init__(self, results: Results, paper: Paper, names: Sequence[str], count: Counted) -> None:
        self.results, self.count = results, count
        self.applications = list(paper.applications)
        services = {results.plan.variants[name].service: name for name in reversed(names)}
        self.variants = {name: services[name] for name in self.applications if name in services}

    def by_count(self, application: str, scenario: str) -> Series:
        return {PUBLISHED: -log(self.count[application][scenario].instructions)}

    def missing(self, contrast: Contrast) -> list[str]:
        measured = self.results.decisive([], self.results.scenarios)
        scenarios = [name for name in contrast.everywhere if name not in measured]
        return scenarios + [name for name in self.named(contrast) if name not in self.variants]

    def instruments(self, contrast: Contrast) -> list[Instrument]:
        """Those that may decide, in order; none where the generator set the pace of what is not counted."""
        names, scenarios = self.named(contrast), self.scenarios(contrast).values()
        by_wrk = any(self.results.plan.scenarios[name].generator == "wrk" for name in scenarios)
        variants = (self.variants[name] for name in names)
        bound = any(self.results.bound(*cell) for cell in product(variants, scenarios))
        if not (bound or by_wrk):
            return ["clock"]
        cells = product(names, contrast.everywhere)
        counted = all(scenario in self.count.get(name, {}) for name, scenario in cells)
        able: dict[Instrument, bool] = {"clock of wrk": not bound, "count": counted}
        return [instrument for instrument, is_able in able.items() if is_able]

    def scenarios(self, contrast: Contrast) -> dict[str, str]:
        """Those of the run that decide, by the study's."""
        variants = [self.variants[name] for name in self.named(contrast)]
        decisive = self.results.decisive(variants, self.results.scenarios)
        return {operation: decisive[operation] for operation in contrast.everywhere}

    def ratio(self, contrast: Contrast, instrument: Instrument) -> tuple[Interval, float]:
        """And the floor: ratios that differ by less are not told apart."""
        if instrument == "count":
            value = contrast.ratio(with_median(self.by_count, self.applications)).value
            return Interval(value, value, value), ALIKE
        scenarios = self.scenarios(contrast)
        measures = {scenario: self.results.headline(scenario) for scenario in scenarios.values()}

        def by_clock(application: str, operation: str) -> Series:
            scenario = scenarios[operation]
            return self.results.performance(self.variants[application], scenario, measures[scenario])

        times = contrast.ratio(with_median(by_clock, self.applications))
        return times, max(self.results.floor(scenario, measure) for scenario, measure in measures.items())

    def named(self, contrast: Contrast) -> list[str]:
        names = (*contrast.better, *contrast.than)
        return self.applications if MEDIAN in names else list(names)

    def leads(self, leaders: Sequence[str], rivals: Sequence[str], scenario: str) -> bool:
        """One of the leaders comes before all rivals."""
        return any(all(self.before(leader, rival, scenario) for rival in rivals) for leader in leaders)

    def before(self, better: str, than: str, scenario: str) -> bool:
        return self.decided(Contrast((better,), (than,), (scenario,)), (1, inf)).outcome == "reproduced"

    def decided(self, contrast: Contrast, band: tuple[float, float]) -> Decision:
        """By the first instrument that can; else undecided, by the first."""
        if missing := self.missing(contrast):
            return Decision("undecided", f"not measured: {', '.join(missing)}")
        decisions = [self.by(instrument, contrast, band) for instrument in self.instruments(contrast)]
        able = (decision for decision in decisions if decision.outcome != "undecided")
        return next(chain(able, decisions), Decision("undecided", "generator-bound, and not counted"))

    def by(self, instrument: Instrument, contrast: Contrast, band: tuple[float, float]) -> Decision:
        times, floor = self.ratio(contrast, instrument)
        result, why = outcome(times, floor, band), ""
        if result == "undecided":
            ends = [end for end in band if isfinite(end) and not intervals.apart(times, floor, end)]
            why = f"cannot be told from {' and '.join(f'{end:.2f}' for end in ends)}"
            why = why if times.known else f"needs {intervals.ENOUGH} rounds"
        return Decision(result, why, instrument, times)


def judged(paper: Paper, ours: Measured) -> list[Verdict]:
    theirs = published(paper)
    return [verdict(claim, ours, theirs) for claim in paper.claims]


def verdict(claim: Claim, ours: Measured, theirs: Performance) -> Verdict:
    if claim.leads_in is not None:
        return leading(claim, claim.leads_in, ours)
    decisions = [(ours.decided(contrast, claim.band), contrast) for contrast in contrasts(claim)]
    decision, contrast = min(decisions, key=lambda pair: severity(claim, pair[0]))
    return Verdict(**vars(decision), claim=claim, contrast=contrast, paper=contrast.ratio(theirs).value)


def contrasts(claim: Claim) -> Iterator[Contrast]:
    if claim.mean:
        yield Contrast(claim.better, claim.than, claim.scenarios, claim.narrower_in)
    else:
        for better, than, scenario in product(claim.better, claim.than, claim.scenarios):
            yield Contrast((better,), (than,), (scenario,), claim.narrower_in)


def outcome(times: Interval, floor: float, band: tuple[float, float]) -> Outcome:
    low, high = band
    if low == 1 and not intervals.apart(times, floor):  # to do better is more than to be alike
        return "contradicted" if outcome(times, floor, ALIKE_BAND) == "reproduced" else "undecided"
    if not all(intervals.apart(times, floor, end) for end in band if isfinite(end)):
        return "undecided"
    return "reproduced" if low < times.value < high else "contradicted"


def severity(claim: Claim, decision: Decision) -> tuple[int, float]:
    """The worst outcome first and, of several, the pair that is the farthest from the claim."""
    value = decision.ours.value
    apart = abs(log(value)) if value > 0 else nan
    return WORST_FIRST.index(decision.outcome), -apart if claim.within else value


def leading(claim: Claim, needed: int, ours: Measured) -> Verdict:
    """In how many scenarios one of `better` comes before all of `than`."""
    leads = [scenario for scenario in claim.scenarios if ours.leads(claim.better, claim.than, scenario)]
    trails = [scenario for scenario in claim.scenarios if ours.leads(claim.than, claim.better, scenario)]
    why = f"leads in {listed(leads) or 'none'}; trails in {listed(trails) or 'none'}"
    instruments = {ours.decided(contrast, (1, inf)).instrument for contrast in contrasts(claim)} - {""}
    result: Outcome = "reproduced" if len(leads) >= needed else "undecided"
    if len(claim.scenarios) - len(trails) < needed:
        result = "contradicted"
    return Verdict(result, why, " and ".join(sorted(instruments)), claim=claim)


def orders(paper: Paper, ours: Measured) -> tuple[int, int, int]:
    """Of the pairs that the study puts in an order: how many are so here, the other way round, and in all."""
    theirs = published(paper)
    pairs = [
        (better, than, figure.scenario)
        for figure in paper.figures
        for better, than in permutations(paper.applications, 2)
        if Contrast((better,), (than,), (figure.scenario,)).ratio(theirs).value > 1
    ]
    opposite = sum(ours.before(than, better, scenario) for better, than, scenario in pairs)
    return sum(ours.before(*pair) for pair in pairs), opposite, len(pairs)


# --- in words -----------------------------------------------------------------------------------------------


def stated(claim: Claim) -> str:
    """A claim as it is tested."""
    subject, rivals, where = sides(claim.better), sides(claim.than), places(claim.scenarios)
    if claim.within:
        together = sides([*claim.better, *claim.than])
        return f"{together} are within {claim.within - 1:.0%} of each other: {where}"
    if claim.narrower_in:
        return f"{subject} are less far ahead of {rivals} in {claim.narrower_in} than in {where}"
    mean = ", on average" if claim.mean and len(claim.scenarios) > 1 else ""
    return f"{subject} {relation(claim)} {rivals}{mean}: {where}"


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
