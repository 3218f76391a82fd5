"""Claims, ratios and figures in words."""

import re
from collections.abc import Sequence
from math import isnan

from loadtests.report.evidence import Contrast
from loadtests.report.paper import Claim
from loadtests.report.ratios import Interval
from loadtests.runner.report import digits


def stated(claim: Claim) -> str:
    """A claim as it is tested."""
    subject, rest, where = listed(claim.better), listed(claim.than), places(claim.scenarios)
    if claim.within:
        together = listed([*claim.better, *claim.than])
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


def listed(names: Sequence[str]) -> str:
    names = [name if name != "median" else "the median of the five" for name in names]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def places(scenarios: Sequence[str]) -> str:
    return "all seven" if len(scenarios) == 7 else ", ".join(scenarios)


def contrast(found: Contrast | None) -> str:
    """Which ratio a verdict is about."""
    if found is None:
        return ""
    sides = " / ".join(" & ".join(side) for side in (found.better, found.than))
    where = ", ".join(found.scenarios) if len(found.scenarios) < 4 else f"{len(found.scenarios)} scenarios"
    return f"{sides}, {where}" + (f" / {found.less}" if found.less else "")


def locus(where: str) -> str:
    return f"section {where}" if where[0].isdigit() else where


def number(value: float) -> str:
    return "" if isnan(value) else digits(value)


def bounded(found: Interval) -> str:
    """A value, and where it may lie."""
    if not found.known:
        return number(found.value)
    return f"{digits(found.value)} ({digits(found.low)} to {digits(found.high)})"


def factor(found: Interval) -> str:
    if not found.known:
        return "" if isnan(found.value) else f"{found.value:.2f}"
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def reached(found: Interval, target: float, beyond: str = "below") -> str:
    """Whether a ratio is at least the target. Of one that is to be less, both the other way round."""
    if isnan(found.value):
        return "not measured"
    if found.value >= target:
        return "met"
    return f"not met: the interval lies wholly {beyond}" if found.high < target else "not met"


NUMBER = re.compile(r"\d[\d,.]*(?<=\d)")


def without_numbers(text: str) -> str:
    return NUMBER.sub("#", text)


def ranging(texts: Sequence[str]) -> str:
    """Texts that differ in their numbers alone as one: from the least to the most of each."""
    columns = iter(zip(*(NUMBER.findall(text) for text in texts), strict=True))

    def spread(_: re.Match[str]) -> str:
        numbers = sorted(set(next(columns)), key=lambda number: float(number.replace(",", "")))
        return numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"

    return NUMBER.sub(spread, texts[0])
