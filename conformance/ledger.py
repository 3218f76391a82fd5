"""rules.toml: every rule of the contract, and the cases that test it."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

RULES = Path(__file__).with_name("rules.toml")


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Entry):
    level: Literal["MUST", "SHOULD"]
    clause: str  # words of openapi.yaml
    cases: tuple[str, ...]


class KnownFailure(Entry):
    service: str
    rule: str
    case: str  # with all its examples
    reason: str


class Ledger(Entry):
    rule: dict[str, Rule]
    known_failure: tuple[KnownFailure, ...] = ()

    @staticmethod
    @cache
    def load() -> "Ledger":
        return Ledger.model_validate(tomllib.loads(RULES.read_text()))

    def rules_of(self, case: str) -> list[str]:
        return [name for name, rule in self.rule.items() if case in rule.cases]
