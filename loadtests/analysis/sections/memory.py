"""How much memory each variant takes."""

from math import isnan

from harness.document import Block, Figure, Heading, Table, estimate
from loadtests.analysis import charts
from loadtests.analysis.charts import Bar
from loadtests.analysis.results import IDLE_MEMORY, MEMORY, Results


def section(results: Results) -> list[Block]:
    names = [name for name in results.variants if not isnan(results.highest(name, MEMORY).value)]
    if not results.scenarios or not names:
        return []
    bars = []
    for name in names:
        variant, idle = results.plan.variants[name], results.highest(name, IDLE_MEMORY).value
        bars.append(
            Bar(
                name,
                results.highest(name, MEMORY),
                results.services[name].framework,
                variant.service,
                results.is_pale(name),
                beside=None if isnan(idle) else float(f"{idle:.3g}"),
            )
        )
    rows = [
        [results.cell(name), *(estimate(results.highest(name, measure)) for measure in (IDLE_MEMORY, MEMORY))]
        for name in names
    ]
    beside = "idle, MiB" if any(bar.beside is not None for bar in bars) else ""
    return [
        Heading(2, "Memory"),
        Figure(
            [charts.bars("Memory", "highest, MiB, shorter is better", bars, beside)],
            "Of all processes of a service, a shared page counted once where the system tells.",
        ),
        Table(["variant", "idle MiB", "highest MiB"], rows),
    ]
