"""The count beside the clock: do the instructions of a request rank as its processor time does?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from statistics import median

from harness.document import Block, Content, Heading, Text, estimate
from loadtests.analysis import intervals
from loadtests.analysis.intervals import Interval
from loadtests.analysis.results import CPU, Measure, Results
from loadtests.cost import costs
from loadtests.cost.costs import ALIKE, SERVICES, TWINS, Count

BUSY = Measure("service_cpu_share", "Share of all cores", "")


@dataclass(frozen=True)
class Cell:
    variant: str
    scenario: str
    time: Interval  # ms of a processor
    instructions: float

    @property
    def pace(self) -> float:
        """Nanoseconds of a processor for each instruction in user space."""
        return self.time.value * 1e6 / self.instructions


@dataclass(frozen=True)
class Pair:
    """Of services, in one scenario."""

    slower: Cell
    faster: Cell
    times: Interval  # as much processor time

    @property
    def instructions(self) -> float:
        return self.slower.instructions / self.faster.instructions


def section(results: Results) -> list[Block]:
    cells = {(cell.variant, cell.scenario): cell for cell in counted(results, costs.read())}
    if len(cells) < 3:
        return []
    scenarios = results.scenarios
    return [
        Heading(2, "The count beside the clock"),
        Text(conclusion([*cells.values()]), "lead"),
        *([Text(compared(of_services), "lead")] if (of_services := pairs(results, costs.read())) else []),
        Text(
            "Each variant has one worker and more users than it can serve at once. Processor time is that of "
            "the whole service, with the kernel's part; the instructions are those of `results/cost.json`, "
            "in user space. A cell: milliseconds of a processor for a request, and in the last brackets "
            "nanoseconds for each instruction. The count does not see the kernel, which syncs a write to the "
            "disk and wakes threads; nor does it see that one instruction may take longer than another."
        ),
        results.table("variant", scenarios, lambda name, scenario: written(cells.get((name, scenario)))),
        results.table("busy cores", scenarios, lambda name, scenario: busy(results, name, scenario)),
        Text("How many cores the service used; its one worker can use one.", "small"),
    ]


def counted(results: Results, count: Count) -> Iterator[Cell]:
    for name in results.variants:
        variant = results.plan.variants[name]
        group = TWINS if variant.application == "twin" else SERVICES
        for scenario in results.scenarios:
            operation = results.plan.operation(scenario)
            time = results.mean(name, scenario, CPU)
            cost = count.costs[group].get(variant.service, {}).get(operation)
            if cost and time.value > 0:
                yield Cell(name, scenario, time, cost.instructions)


def conclusion(cells: list[Cell]) -> str:
    from scipy.stats import spearmanr  # type: ignore[import-untyped] # only this page needs it

    rank = spearmanr([cell.time.value for cell in cells], [cell.instructions for cell in cells]).statistic
    least, *_, most = sorted(cells, key=lambda cell: cell.pace)
    return (
        f"Over {len(cells)} cells, the rank correlation (Spearman's) of processor time and instructions is "
        f"{rank:.3f}. An instruction takes {median(cell.pace for cell in cells):.2f} ns at the median, from "
        f"{least.pace:.2f} (`{least.variant}`, {least.scenario}) to {most.pace:.2f} (`{most.variant}`, "
        f"{most.scenario})."
    )


def pairs(results: Results, count: Count) -> list[Pair]:
    variants = results.plan.variants
    services = [cell for cell in counted(results, count) if variants[cell.variant].application != "twin"]
    return [
        Pair(slower, faster, results.times(faster.variant, slower.variant, slower.scenario, CPU))
        for slower, faster in permutations(services, 2)
        if slower.scenario == faster.scenario and slower.time.value > faster.time.value
    ]


def compared(pairs: Sequence[Pair]) -> str:
    """Whether the count ranks services as the clock does, and where the two differ most."""
    apart = [pair for pair in pairs if intervals.apart(pair.times, 1)]
    same = sum(pair.instructions > ALIKE for pair in apart)
    pair = max(pairs, key=lambda pair: intervals.farness(pair.times.value / pair.instructions))
    return (
        f"Of {len(pairs)} pairs of services in one operation, processor time tells {len(apart)} apart, of "
        f"which the count has {same} in the same order. They differ most in {pair.slower.scenario}: "
        f"`{pair.slower.variant}` takes {pair.times.value:.1f} times the processor time of "
        f"`{pair.faster.variant}`, and {pair.instructions:.1f} times its instructions."
    )


def written(cell: Cell | None) -> Content:
    return [estimate(cell.time), f" ({cell.pace:.2f})"] if cell else ""


def busy(results: Results, variant: str, scenario: str) -> str:
    """How many cores the service used."""
    return f"{results.mean(variant, scenario, BUSY).value * results.machine['cores']:.2f}"
