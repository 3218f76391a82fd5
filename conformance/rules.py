"""rules.toml: what the contract demands, each rule in its words, and the failures that are known."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

RULES = Path(__file__).with_name("rules.toml")


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KnownFailure(Entry):
    services: tuple[str, ...]
    rule: str
    case: str  # with all its examples
    reason: str


class Rules(Entry):
    must: Mapping[str, str]  # the words of openapi.yaml, by the name of the rule
    should: Mapping[str, str]
    left_open: Mapping[str, str] = {}  # what a service MAY do as its framework does, within these bounds
    titles: Mapping[str, str] = {}  # of rules whose words are half a sentence
    elsewhere: Mapping[str, str] = {}  # words that no request can test, and where they are tested
    known_failure: tuple[KnownFailure, ...] = ()
    allowed: Mapping[str, str] = {}  # rules that the implementer declares not to keep, and why

    @staticmethod
    @cache
    def load() -> "Rules":
        return Rules.model_validate(tomllib.loads(RULES.read_text()))

    @property
    def clauses(self) -> dict[str, str]:
        return {**self.must, **self.should, **self.left_open}

    def wording(self, rule: str) -> str:
        clause = self.clauses[rule]
        return f'{self.titles[rule]}: "{clause}"' if rule in self.titles else clause

    def level(self, rule: str) -> Literal["MUST", "SHOULD", "left open"]:
        """To overstep the bounds of what is left open breaks the contract, as with a MUST."""
        return "SHOULD" if rule in self.should else "left open" if rule in self.left_open else "MUST"
