"""The five stacks in each of the roles of roles.py, ranked among themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from loadtests.report import roles, standing, tables
from loadtests.report.ranks import Ranking
from loadtests.report.results import Results
from loadtests.report.roles import Role
from loadtests.report.standing import Standing


@dataclass(frozen=True)
class Five:
    """The stacks in one role."""

    role: Role
    variants: Mapping[str, str]  # of each stack
    main: Mapping[str, Ranking]  # of each scenario
    by_cpu: Mapping[str, Ranking]

    def standing(self, scenario: str) -> Standing:
        """Where the generator set the pace, by processor time."""
        stacks = {name: stack for stack, name in self.variants.items()}
        return standing.measured((self.by_cpu if self.bound(scenario) else self.main)[scenario], stacks)

    def bound(self, scenario: str) -> Mapping[str, str]:
        return self.main[scenario].bound


def by_role(results: Results) -> list[Five]:
    return [
        Five(role, variants, *tables.rankings(results, list(variants.values())))
        for role, variants in roles.cast(results).items()
    ]
