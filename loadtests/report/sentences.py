"""What explains a gap of the study, in words."""

from math import isnan

from loadtests.report.attribution import Gap
from loadtests.report.paper import Paper
from loadtests.report.ratios import Interval
from loadtests.report.words import factor, listed

WORDS = {
    "server": "the server",
    "framework": "the framework",
    "access": "the database access",
    "writing": "the writing",
    "journal": "the journal mode",
    "synchronous": "the synchronous setting",
    "workers": "the number of workers",
    "threads": "the number of threads",
    "worker_class": "the worker class",
}


def sentence(study: Paper, name: str, one: str, other: str, gap: Gap) -> str:
    there, times = ratio(study, name, one, other), gap.times
    first, second = study.applications[one], study.applications[other]
    if isnan(times.value):
        return f"The gap between {first} and {second} in {name} is not told by this run."
    if times.known and not times.excludes_one:
        both = f"{factor(times)}; {there:.2f} in the study"
        return f"{first} and {second} cannot be told apart in {name} here ({both})."
    if times.value < 1:
        first, second, times, there = second, first, times.inverse, 1 / there
    lead = f"{first}'s lead over {second} in {name}, {factor(times)} times here and {there:.2f} in the study"
    if len(gap.parts) == 1:
        return f"{lead}, is all that of {WORDS[gap.parts[0].factor]}: they differ in nothing else."
    parts = [f"{WORDS[part.factor]} is {percent(part.share)}" for part in gap.parts if percent(part.share)]
    return f"Of {lead}, {listed(parts)}."


def percent(share: Interval) -> str:
    if isnan(share.value):
        return ""
    if not share.known:
        return f"{rounded(share.value)} %"
    return f"{rounded(share.value)} % ({rounded(share.low)} to {rounded(share.high)} %)"


def rounded(share: float) -> int:
    return round(100 * share)  # an integer: there is no -0


def ratio(study: Paper, name: str, one: str, other: str) -> float:
    """How many times as well one does as the other, in the study."""
    figure = next(each for each in study.figures if each.scenario == name)
    times = figure.values[one] / figure.values[other]
    return times if figure.measure == "requests_per_second" else 1 / times
