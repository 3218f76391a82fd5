"""What a search came to: report.md, and the few lines for the screen."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from loadtests.report.ratios import Interval
from loadtests.runner.floor import interface
from loadtests.tune import figures, others
from loadtests.tune.candidates import LEFT_OUT, copied
from loadtests.tune.figures import Standing, Winner
from loadtests.tune.result import Goal, Probe, Search, Tune, finished

TITLES: dict[Goal, str] = {
    "rate": "The highest rate of requests at p99 of 50 ms or less",
    "cost": "The least processor time per request",
}
WORDS: dict[Goal, str] = {"rate": "the rate", "cost": "the processor time"}


def rate(value: float) -> str:
    return "-" if isnan(value) else f"{value:,.0f}"


def cost(value: float) -> str:
    return "-" if isnan(value) else f"{value:.3f}"


def interval(found: Interval) -> str:
    if isnan(found.value):
        return "-"
    inside = f" ({found.low:.2f} to {found.high:.2f})" if found.known else " (too few rounds for an interval)"
    return f"{found.value:.2f}{inside}"


def verdict(won: Winner, default: str) -> str:
    """One sentence."""
    what = WORDS[won.goal]
    if won.best == default:
        return "Nothing was found that could be set against the default setting."
    if won.name == default:
        return (
            f"The default setting. With the best other, {won.best}, {what} is"
            f" {interval(won.ratio)} times that: no improvement beyond doubt."
        )
    return f"{won.name}: {interval(won.ratio)} times {what} of the default setting."


def bound(won: Winner) -> str:
    if not won.bound:
        return ""
    return (
        "At least that, generator-bound: k6 and the service together used over 90 % of the cores,"
        " so the machine went no further, and the server might."
    )


def unquiet(probes: Sequence[Probe]) -> str:
    if (busy := others.usual(probes)) <= others.QUIET:
        return ""
    return (
        f"Not a quiet machine: something else than k6 and the service used {busy:.0%} of the cores"
        " during half of the probes or more. Search again when nothing else runs."
    )


def lines(tune: Tune, probes: Sequence[Probe]) -> Iterator[str]:
    """For the screen."""
    for goal in figures.GOALS:
        won = figures.winner(tune, probes, goal)
        mine = figures.standing(probes, won.name)
        value = f"{rate(mine.rate)} requests/s" if goal == "rate" else f"{cost(mine.cost)} ms"
        yield f"{TITLES[goal]}: {value}"
        yield f"  {verdict(won, tune.default)}"
        if said := bound(won):
            yield f"  {said}"
        yield f"  {copied(tune.candidates[won.name].env)}"
    if said := unquiet(probes):
        yield said


def rendered(tune: Tune, probes: Sequence[Probe], machine: Mapping[str, Any], name: str) -> str:
    standings = figures.standings(tune, probes)
    goals = [goal_of(tune, probes, goal) for goal in figures.GOALS]
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown
    )
    return templates.get_template("report.md.jinja").render(
        name=name,
        tune=tune,
        machine=machine,
        goals=goals,
        rows=[row(tune, probes, each) for each in standings],
        left_out=LEFT_OUT[interface(tune.service)],
        unquiet=unquiet(probes),
        complete=finished(tune, probes),
        invalid=[each for each in standings if each.invalid],
    )


def goal_of(tune: Tune, probes: Sequence[Probe], goal: Goal) -> dict[str, str]:
    won = figures.winner(tune, probes, goal)
    return {
        "title": TITLES[goal],
        "verdict": verdict(won, tune.default),
        "bound": bound(won),
        "env": copied(tune.candidates[won.name].env),
    }


def row(tune: Tune, probes: Sequence[Probe], one: Standing) -> dict[str, object]:
    candidate = tune.candidates[one.name]
    at_least = "≥ " if one.bound and not isnan(one.rate) else ""
    return {
        "name": one.name + (" (default)" if one.name == tune.default else ""),
        "candidate": candidate,
        "rungs": sum(one.name in rung.candidates for rung in tune.rungs),
        "rounds": one.rounds,
        "rate": at_least + rate(one.rate),
        "cost": cost(one.cost),
        "ratios": [interval(figures.against_default(tune, probes, one.name, goal)) for goal in figures.GOALS]
        if one.name != tune.default
        else ["1", "1"],
    }


def write(search: Search) -> Path:
    path = search.folder / "report.md"
    path.write_text(rendered(search.tune, search.probes, search.machine, search.folder.name))
    return path
