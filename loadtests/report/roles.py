"""The roles in which a run may have the study's stacks: by what a variant is, not by its name."""

from collections.abc import Mapping
from typing import Literal, get_args

from loadtests.report.results import Results
from loadtests.runner.plan import Variant

Role = Literal["twin", "same durability", "best"]
ROLES: tuple[Role, ...] = get_args(Role)
ROLLBACK = {"SQLITE_JOURNAL_MODE": "DELETE"}  # as durable as a twin, whose journal is SQLite's default

Cast = Mapping[Role, Mapping[str, str]]  # of each role: of a service the variant


def role(variant: Variant) -> Role | None:
    if variant.docker or variant.floor or variant.commit:
        return None
    if variant.twin:
        return None if variant.env else "twin"
    if variant.tuned:
        return "best"
    return "same durability" if variant.env == ROLLBACK else None


def cast(results: Results) -> Cast:
    """Nothing where a role is vacant: without one of the three, there is no step from one to the next."""
    found: dict[Role, dict[str, str]] = {one: {} for one in ROLES}
    for name in results.variants:
        variant = results.plan.variants[name]
        if one := role(variant):
            found[one].setdefault(variant.service, name)
    return found if all(found.values()) else {}
