"""A picture for each figure of the study: as published, twins, at the same durability, at their best."""

from collections.abc import Mapping

from loadtests.report import overview, roles, svg
from loadtests.report.bars import Bar
from loadtests.report.corrected import figures
from loadtests.report.figures import bar, told
from loadtests.report.paper import Figure, Paper
from loadtests.report.ratios import Interval
from loadtests.report.results import Results
from loadtests.report.roles import Cast

BANDS = {"twin": "twins", "same durability": "same durability", "best": "their best"}


def drawn(results: Results, study: Paper) -> Mapping[str, str]:
    cast = roles.cast(results)
    shown = figures(results, study) if cast else []
    return {f"corrected-{figure.scenario}": drawing(results, study, figure, cast) for figure in shown}


def drawing(results: Results, study: Paper, figure: Figure, cast: Cast) -> str:
    scenario, measure = figure.scenario, results.headline(figure.scenario)
    ours = {
        BANDS[role]: [
            bar(results, variants[one], scenario, measure) for one in study.applications if one in variants
        ]
        for role, variants in cast.items()
    }
    theirs = [Bar(label=name, group=name, value=Interval(value)) for name, value in figure.values.items()]
    bands = {"the study": theirs} | ours
    told_all = ". ".join(f"{name}: {told(bars)}" for name, bars in bands.items())
    return svg.inline(
        overview.in_bands(bands, f"{measure.label}, {measure.unit}"),
        f"corrected-{scenario}",
        f"{measure.label} of {scenario}, as published and corrected",
        told_all,
    )
