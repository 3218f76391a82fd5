"""What a growing table costs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

from loadtests.choosing.runs import Source
from loadtests.choosing.said import COLUMNS, DOING, NAMES, Section, Table
from loadtests.report import scale
from loadtests.report.growth import ordered, together
from loadtests.report.page import percent
from loadtests.report.scale import ALL, SAME, Growth, Outcome
from loadtests.report.words import factor

OUTCOMES: Mapping[Outcome, str] = {"within": "", "not": " not", "undecided": " ?"}

Found = dict[tuple[str, str], Growth]  # at the most rows, by stack and operation


def section(source: Source) -> Section | None:
    stacks = scale.stacks(source.results)
    found: Found = {
        (name, scenario): growth
        for name in ordered(source.results, stacks)
        for scenario in source.results.scenarios
        if (growth := at_the_most(source, name, scenario)) and growth.times.known
    }
    return Section([*sentences(source, found)], [table(source, found)]) if found else None


def at_the_most(source: Source, stack: str, scenario: str) -> Growth | None:
    sizes = scale.stacks(source.results)[stack]
    by_cpu, *_ = scale.measures(scenario)
    return scale.found(source.results, sizes, scenario, by_cpu).growth.get(max(sizes))


def sentences(source: Source, found: Found) -> Iterator[str]:
    sizes = sorted(set(chain(*scale.stacks(source.results).values())))
    counted = Counter(each.outcome for each in found.values())
    same, others, unknown = (
        source.link(f"{counted[outcome]} of {len(found)}", "Scale") for outcome in OUTCOMES
    )
    yield (
        f"From {source.link(f'{sizes[0]:,} to {sizes[-1]:,} rows', 'Scale')}: {same} costs stay within "
        f"{source.link(percent(SAME), 'Scale')}, {others} do not, and of {unknown} the run cannot tell."
    )
    for (stack, scenario), growth in found.items():
        if growth.outcome == "not":
            times = source.link(f"{factor(growth.times)} times", scenario, "Scale")
            row = " for each row" if scenario == ALL else ""
            yield (
                f"To {DOING[scenario]}{row}, {name(stack)} takes {times} as much at the most rows "
                "as at the fewest."
            )


def name(stack: str) -> str:
    return NAMES.get(stack, f"`{stack}`")


def table(source: Source, found: Found) -> Table:
    stacks = dict.fromkeys(stack for stack, _ in found)
    scenarios = [one for one in source.results.scenarios if any(one == scenario for _, scenario in found)]

    def cell(stack: str, scenario: str) -> str:
        growth = found.get((stack, scenario))
        return source.link(shown(growth) if growth else "", scenario, "Scale")

    rows = [[name(stack), *(cell(stack, one) for one in scenarios)] for stack in stacks]
    if every := together(source.results):
        cells = [source.link(shown(every[one]), "Scale") for one in scenarios]
        rows.append(["all together", *cells])
    return Table(["stack", *(COLUMNS[one] for one in scenarios)], rows)


def shown(growth: Growth) -> str:
    return f"{factor(growth.times)}{OUTCOMES[growth.outcome]}" if growth.times.known else ""
