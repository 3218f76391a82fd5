"""The study's claims, put to our results: reproduced, contradicted or undecided.

A claim is about *how many times as well* one application does as another, and names the band in which that
ratio lies if it is true. It is reproduced where our whole interval lies in the band, contradicted where it
lies outside, and undecided where it does neither. Where the load generator set the pace, the ratio of the
processor time per request has to say the same. Of a claim about several pairs each has to hold, and one that
does not is enough to contradict it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import log, nan
from typing import Literal

from loadtests.report import ratios
from loadtests.report.evidence import Contrast, Measured, Performance, published
from loadtests.report.paper import Claim, Paper
from loadtests.report.ratios import UNKNOWN, Interval
from loadtests.report.results import Results
from loadtests.report.words import factor

Outcome = Literal["reproduced", "contradicted", "undecided"]
WORST_FIRST: Sequence[Outcome] = ("contradicted", "undecided", "reproduced")


@dataclass(frozen=True)
class Verdict:
    claim: Claim
    outcome: Outcome
    contrast: Contrast | None = None  # the pair that decided
    ours: Interval = UNKNOWN
    paper: float = nan
    why: str = ""


def judged(paper: Paper, results: Results) -> list[Verdict]:
    ours, theirs = Measured(results, paper), published(paper)
    return [verdict(claim, ours, theirs) for claim in paper.claims]


def verdict(claim: Claim, ours: Measured, theirs: Performance) -> Verdict:
    if claim.leads_in is not None:
        return leading(claim, claim.leads_in, ours)
    decisive = min((judgement(claim, contrast, ours) for contrast in contrasts(claim)), key=severity)
    assert decisive.contrast is not None  # noqa: S101 - every judgement has one
    return replace(decisive, paper=decisive.contrast.ratio(theirs).value)


def contrasts(claim: Claim) -> Iterator[Contrast]:
    if claim.mean:
        yield Contrast(claim.better, claim.than, claim.scenarios, claim.narrower_in)
    else:
        for one, other, scenario in product(claim.better, claim.than, claim.scenarios):
            yield Contrast((one,), (other,), (scenario,), claim.narrower_in)


def judgement(claim: Claim, contrast: Contrast, ours: Measured) -> Verdict:
    if missing := ours.missing(contrast):
        return Verdict(claim, "undecided", contrast, why=f"not measured: {', '.join(missing)}")
    found = ours.ratio(contrast)
    if not found.known:
        return Verdict(claim, "undecided", contrast, found, why=f"needs {ratios.ENOUGH} rounds")
    by_clock = outcome(found.at_least_as_wide_as(ours.floor(contrast)), claim.band)
    if not ours.is_bound(contrast):
        return Verdict(claim, by_clock, contrast, found)
    cpu = ours.cpu_ratio(contrast)
    by_cpu = outcome(cpu.at_least_as_wide_as(ours.cpu_floor(contrast)), claim.band)
    agreed: Outcome = by_clock if by_clock == by_cpu else "undecided"
    return Verdict(claim, agreed, contrast, found, why=f"generator-bound; by processor time {factor(cpu)}")


def outcome(found: Interval, band: tuple[float, float]) -> Outcome:
    if found.within(*band):
        return "reproduced"
    return "contradicted" if found.outside(*band) else "undecided"


def severity(verdict: Verdict) -> tuple[int, float]:
    """The worst outcome first and, of several, the pair that is the farthest from the claim."""
    value = verdict.ours.value
    apart = abs(log(value)) if value > 0 else nan
    return WORST_FIRST.index(verdict.outcome), -apart if verdict.claim.within else value


def leading(claim: Claim, wanted: int, ours: Measured) -> Verdict:
    """In how many scenarios one of `better` comes before all of `than`."""
    leads = [scenario for scenario in claim.scenarios if ours.leads(claim.better, claim.than, scenario)]
    trails = [scenario for scenario in claim.scenarios if ours.leads(claim.than, claim.better, scenario)]
    why = f"leads in {len(leads)} of {len(claim.scenarios)}; trails in {', '.join(trails) or 'none'}"
    if len(leads) >= wanted:
        return Verdict(claim, "reproduced", why=why)
    contradicted = len(claim.scenarios) - len(trails) < wanted
    return Verdict(claim, "contradicted" if contradicted else "undecided", why=why)
