"""The variants of a run by their stack, and which of them stand for the study's applications."""

from collections.abc import Iterable

from loadtests.report.results import Results


def by_stack(results: Results, names: Iterable[str]) -> list[str]:
    """The variants of a stack together, in the order of the plan, a service before its twin."""
    stacks = list(dict.fromkeys(results.plan.variants[name].service for name in results.variants))
    return sorted(
        names, key=lambda name: (stacks.index(results.plan.variants[name].service), results.is_twin(name))
    )


def foremost(results: Results) -> list[str]:
    """What a figure with room for one line of a stack shows: the services, else the twins."""
    services = [name for name in results.variants if not results.is_twin(name)]
    return by_stack(results, services or results.variants)


def stand_ins(results: Results, applications: Iterable[str]) -> dict[str, str]:
    """Which variant stands for each application: the twins if the run has any, else the services.

    Never some of either: a twin and a service differ in more than the framework. Of several variants of a
    service, the one with the fewest settings of its own.
    """
    twins = any(map(results.is_twin, results.variants))
    found: dict[str, str] = {}
    for name in sorted(results.variants, key=lambda name: len(results.plan.variants[name].env)):
        if results.is_twin(name) == twins:
            found.setdefault(results.plan.variants[name].service, name)
    return {application: found[application] for application in applications if application in found}
