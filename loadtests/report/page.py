"""The report of a run: report.html, report.md and picture.svg, from one set of tables and figures."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from loadtests.report import (
    attributed,
    claims,
    compare,
    corrected,
    durability,
    explained,
    figures,
    gates,
    growth,
    loads,
    paper,
    ratios,
    side_by_side,
    sizes,
    stacks,
    svg,
    tables,
    targets,
    versions,
    words,
)
from loadtests.report.growth import Section
from loadtests.report.paper import Paper
from loadtests.report.results import Results
from loadtests.report.scale import SAME
from loadtests.runner import plan as plans
from loadtests.runner.record import Run

TEMPLATES = Path(__file__).parent / "templates"


def of(run: Run) -> Results:
    return Results(run.name, run.plan, run.machine, tuple(run.samples))


def write(run: Run) -> Path:
    """Into the folder of the run; the path of the page."""
    page = run.folder / "report.html"
    results = of(run)
    shown = everything(results)
    page.write_text(html(shown))
    (run.folder / "report.md").write_text(markdown(shown))
    if picture := shown["figures"].get("picture"):
        (run.folder / "picture.svg").write_text(svg.alone(picture, 800, colours()))
    return page


def everything(results: Results) -> Mapping[str, Any]:
    study = paper.read()
    scale, attribution = growth.section(results), attributed.section(results, study)
    return {
        "results": results,
        "plan": results.plan,
        "machine": results.machine,
        "began": min((each.started for each in results.samples), default=""),
        "enough": ratios.ENOUGH,
        "room": stacks.ROOM,
        "scale": scale,
        "corrected": None,
        "attribution": attribution,
        **(
            scaled(results, scale)
            if scale
            else crossed(results, study)
            if attribution
            else ranked(results, study)
        ),
        "versions": versions.versions(results),
        **reached(results),
        "memory": tables.memory_table(results),
        "loads": {name: loads.table(results, name) for name in results.curves},
        "gates": gates.passed(results),
        "noise": tables.noise_table(results),
        "paper": study,
        "stands": stacks.stand_ins(results, study.applications),
        "twins": any(map(results.is_twin, results.variants)),
        "plan_toml": plans.as_toml(results.plan),
    }


def ranked(results: Results, study: Paper) -> Mapping[str, Any]:
    main, by_cpu = tables.rankings(results, results.variants)
    verdicts = claims.judged(study, results)
    return {
        "figures": {**figures.drawn(results, study), **side_by_side.drawn(results, study)},
        "corrected": corrected.section(results, study),
        "ranks": tables.rank_table(results, main, results.variants),
        "cpu_ranks": tables.rank_table(results, by_cpu, results.variants),
        "sections": [
            tables.section(results, name, main[name], by_cpu[name], figures.published(results, name, study))
            for name in results.scenarios
        ],
        "verdicts": verdicts,
        "outcomes": Counter(verdict.outcome for verdict in verdicts),
    }


def scaled(results: Results, scale: Section) -> Mapping[str, Any]:
    """Who has fewer rows is no better service: such a run ranks none, and is not held against the study."""
    return {"figures": sizes.drawn(results, scale), "sections": [], "same": SAME}


def crossed(results: Results, study: Paper) -> Mapping[str, Any]:
    """Who is ahead under settings of its own is no better service: such a run ranks none either."""
    return {"figures": explained.drawn(results, study), "sections": []}


def reached(results: Results) -> Mapping[str, Any]:
    wanted = targets.read()
    lines = targets.lines(results, wanted)
    writes = durability.writes(results, wanted.durability)
    judged = [line.verdict for line in lines if line.verdict]
    return {
        "targets": lines,
        "floors": any(line.floor for line in lines),
        "met": {"met": judged.count("met"), "of": len(judged)},
        "writes": writes,
        "unsynced": any(one.normal for one in writes),
        "commit_ms": words.bounded(ratios.interval(durability.commit_ms(results).values())),
        "durability": wanted.durability,
        "limits": list(targets.limits(results, wanted)),
    }


def html(shown: Mapping[str, Any]) -> str:
    drawings = {name: Markup(drawing) for name, drawing in shown["figures"].items()}  # noqa: S704 - our own
    style = Markup(colours() + (TEMPLATES / "style.css").read_text())  # noqa: S704 - our own
    page = environment(autoescape=True).get_template("report.html")
    return page.render(shown, figures=drawings, style=style)


def markdown(shown: Mapping[str, Any]) -> str:
    return environment(autoescape=False).get_template("report.md").render(shown)


def compared(shown: Mapping[str, Any]) -> str:
    return environment(autoescape=False).get_template("compare.md").render(shown)


def colours() -> str:
    return (TEMPLATES / "colours.css").read_text()


def environment(*, autoescape: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=autoescape,  # noqa: S701 - Markdown is not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"factor": words.factor, "number": words.number}
    made.filters |= {"contrast": words.contrast, "stated": words.stated, "locus": words.locus}
    made.filters |= {"code": code, "thousands": "{:,}".format, "percent": percent}
    made.filters |= {"told": compare.told, "measure": compare.of, "verdict": compare.verdict}
    return made


def percent(times: float) -> str:
    return f"{(times - 1) * 100:.0f} %"


def code(text: str) -> Markup:
    """Of a text with `names` in it, which Markdown has as they are."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped
