"""The variants of a run by their stack, and which of them stand for the study's applications."""

from collections.abc import Iterable

from harness.commit import SHORT
from loadtests.report.results import Results
from loadtests.runner.plan import Variant

ROOM = 22  # letters, for a name in a figure or a narrow table


def by_stack(results: Results, names: Iterable[str]) -> list[str]:
    """The variants of a stack together, in the order of the plan, a service before its twin."""
    stacks = list(dict.fromkeys(results.plan.variants[name].service for name in results.variants))
    return sorted(
        names, key=lambda name: (stacks.index(results.plan.variants[name].service), results.is_twin(name))
    )


def foremost(results: Results) -> list[str]:
    """What a figure with room for one line of a stack shows: the services, tuned if so; else the twins."""
    services = [name for name in results.variants if not results.is_twin(name)]
    best = [name for name in services if results.plan.variants[name].tuned]
    return by_stack(results, best or services or results.variants)


def label(results: Results, variant: str) -> str:
    """There is room for a name of a service; an earlier version, or a longer name, stands below it."""
    one = results.plan.variants[variant]
    if one.commit:
        return f"at {one.commit[:SHORT]}"
    return variant if len(variant) <= ROOM else variant.removeprefix(f"{one.service}_")


def own(variant: Variant) -> tuple[bool, int]:
    """How far it is from the service as it comes."""
    return bool(variant.commit), len(variant.env)


def plain(results: Results, *, twin: bool = False) -> dict[str, str]:
    """Of each service the variant that is the nearest to the service as it comes, or of its twin."""
    found: dict[str, str] = {}
    for name in sorted(results.variants, key=lambda name: own(results.plan.variants[name])):
        one = results.plan.variants[name]
        if one.twin == twin and not one.commit and not one.floor:
            found.setdefault(one.service, name)
    return found


def stand_ins(results: Results, applications: Iterable[str]) -> dict[str, str]:
    """Which variant stands for each application: the twins if the run has any, else the services.

    Never some of either: a twin and a service differ in more than the framework. Of several variants of a
    service, the one of the working tree with the fewest settings of its own.
    """
    twins = any(map(results.is_twin, results.variants))
    found = plain(results, twin=twins)
    return {application: found[application] for application in applications if application in found}
