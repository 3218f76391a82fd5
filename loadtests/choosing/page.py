"""docs/choosing.md, from the runs."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from loadtests.choosing import best, costs, durable, expected, grown, matters, pictures, server, short, study
from loadtests.choosing.runs import Runs, Source

DOCS = Path(__file__).parents[2] / "docs"


def made(runs: Runs) -> dict[str, str]:
    """The text of each file, by its path in docs/."""
    drawn = pictures.drawn(runs)
    return {"choosing.md": rendered(runs, drawn)} | {
        f"choosing/{name}.svg": one for name, one in drawn.items()
    }


def write(runs: Runs) -> None:
    """And no picture stays that the page no longer shows."""
    files = made(runs)
    (DOCS / "choosing").mkdir(exist_ok=True)
    for path in (DOCS / "choosing").glob("*.svg"):
        path.unlink()
    for name, text in files.items():
        (DOCS / name).write_text(text)


def rendered(runs: Runs, drawn: Mapping[str, str]) -> str:
    environment = Environment(  # noqa: S701 - Markdown is not HTML
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    text = environment.get_template("page.jinja").render(shown(runs), pictures=drawn)
    return re.sub(r"\n{3,}", "\n\n", text)


def shown(runs: Runs) -> Mapping[str, Any]:
    base = runs.efficiency
    return {
        "intervals": base.link("95 % intervals", "How to read this"),
        "cores": base.link(f"{base.results.machine['cores']} cores"),
        "short": list(short.sentences(runs)),
        "expected": expected.section(base),
        "best": best.section(runs),
        "frameworks": costs.section(costs.pairs(base, costs.FRAMEWORKS)),
        "orms": costs.section(costs.pairs(base, costs.ORMS)),
        "server": server.section(runs),
        "rates": pictures.rates(base),
        "code": costs.section(costs.twins(base)),
        "durability": durable.section(runs.durability) if runs.durability else None,
        "growth": grown.section(runs.scale) if runs.scale else None,
        "matters": matters.section(runs),
        "study": study.section(runs),
        "runs": {plan.replace("_", ", the run "): described(source) for plan, source in runs.by_plan.items()},
    }


def described(source: Source) -> tuple[str, str]:
    """The run and its day, and the machine."""
    machine = source.results.machine
    began = min((each.started for each in source.results.samples), default="")
    words = (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']} {machine['kernel']}, Python {machine['python']}"
    )
    return source.link(began[:10] or source.results.name), source.link(words)
